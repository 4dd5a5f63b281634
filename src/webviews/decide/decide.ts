import type { Host } from '../ui/host';
import { announce } from '../ui/live';
import type { DecideState, HostMessage, Part, PreviewView, WebviewMessage } from './contract';

export type View = 'weigh' | 'preview';

/** Typed for `connect`. Every word that a person writes is the host's; here only the plan is kept, for the editor to open the panel again. */
export interface DecideContract {
  readonly incoming: HostMessage;
  readonly outgoing: WebviewMessage;
  readonly kept: { readonly plan: string };
}

/** The panel's state and the ways it changes. */
export class Decide {
  state: DecideState | undefined;
  preview: PreviewView | undefined;
  view: View = 'weigh';
  help = false;

  constructor(private readonly host: Host<DecideContract>, readonly draw: () => void) {
    host.send({ type: 'ready' });
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'state': {
        const said = message.state.said?.text;
        if (said !== undefined && said !== this.state?.said?.text) announce(said);
        this.state = message.state;
        this.host.keep({ plan: message.state.plan });
        break;
      }
      case 'preview':
        this.preview = message.preview;
        announce(previewText(message.preview));
        break;
    }
    this.draw();
  }

  show(view: View): void {
    this.view = view;
    if (view === 'preview') {
      this.preview = undefined;
      this.send({ type: 'preview' });
    }
    this.draw();
  }

  toggleHelp(): void {
    this.help = !this.help;
    this.draw();
  }

  choose(letter: string): void {
    this.say('approach', letter);
    announce(`Option ${letter} chosen`);
  }

  say(part: Part, text: string): void {
    this.send({ type: 'say', part, text });
  }

  send(message: WebviewMessage): void {
    this.host.send(message);
  }
}

export function previewText({ files, failure, asks }: PreviewView): string {
  if (failure) return failure.message;
  const changed = files.length === 0 ? 'Nothing would change' : `${files.length} ${files.length === 1 ? 'document changes' : 'documents change'}`;
  return asks.length === 0 ? changed : `${changed}, ${asks.length} ${asks.length === 1 ? 'hand edit is' : 'hand edits are'} asked about`;
}
