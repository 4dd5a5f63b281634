import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { l10n, CodeLens, commands, EventEmitter, languages, Range, TabInputText, Uri, window, workspace, type CodeLensProvider, type Event, type TextDocument } from 'vscode';
import type { TextQuestion } from '../../core/actions/action';
import { commandId } from '../commands/commandId';
import { Lifetime } from '../lifetime';

/** Longer answers are written in an editor of their own, with the question and the buttons in a line above the text. */
export class AnswerDocuments implements CodeLensProvider {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<void>());
  private readonly open = new Map<string, OpenAnswer>();

  constructor(private readonly folder: string) {
    this.lifetime.add(languages.registerCodeLensProvider({ scheme: 'file', language: 'markdown' }, this));
    this.lifetime.add(
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) if (input instanceof TabInputText) this.open.get(input.uri.toString())?.settle(undefined);
      }),
    );
  }

  get onDidChangeCodeLenses(): Event<void> {
    return this.changed.event;
  }

  async ask(question: TextQuestion, signal: AbortSignal): Promise<string | undefined> {
    const uri = Uri.file(path.join(this.folder, `${fileName(question.title)}.md`));
    await mkdir(this.folder, { recursive: true });
    await writeFile(uri.fsPath, question.value ?? '');
    this.open.get(uri.toString())?.settle(undefined);
    const answer = new Promise<string | undefined>((resolve) => this.open.set(uri.toString(), { question, settle: resolve }));
    const abandon = (): void => this.open.get(uri.toString())?.settle(undefined);
    signal.addEventListener('abort', abandon, { once: true });
    await this.tell();
    await window.showTextDocument(uri, { preview: false });
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', abandon);
      this.open.delete(uri.toString());
      await this.tell();
      await closeTabsOf(uri);
    }
  }

  /** The text in the active editor is the answer. */
  async use(): Promise<void> {
    const document = window.activeTextEditor?.document;
    const answering = document && this.open.get(document.uri.toString());
    if (!document || !answering) return;
    await document.save();
    answering.settle(document.getText());
  }

  leave(): void {
    this.open.get(window.activeTextEditor?.document.uri.toString() ?? '')?.settle(undefined);
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const answering = this.open.get(uri.toString());
    if (!answering) return [];
    const { title, prompt } = answering.question;
    const top = new Range(0, 0, 0, 0);
    return [
      new CodeLens(top, { title: prompt ? `${title}: ${prompt}` : title, command: '' }),
      new CodeLens(top, { title: l10n.t('$(check)\u00a0Use This Text'), command: commandId.useText }),
      new CodeLens(top, { title: l10n.t('$(close)\u00a0Leave Unanswered'), command: commandId.leaveText }),
    ];
  }

  dispose(): void {
    for (const { settle } of this.open.values()) settle(undefined);
    this.lifetime.dispose();
  }

  private async tell(): Promise<void> {
    this.changed.fire();
    await commands.executeCommand('setContext', 'evalmark.answerPaths', [...this.open.keys()].map((key) => Uri.parse(key).fsPath));
  }
}

interface OpenAnswer {
  readonly question: TextQuestion;
  settle(answer: string | undefined): void;
}

/** What was typed is either the answer, and used, or was left on purpose: closing asks nothing. */
async function closeTabsOf(uri: Uri): Promise<void> {
  const document = workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri.toString());
  if (document?.isDirty) await document.save();
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs).filter(({ input }) => input instanceof TabInputText && input.uri.toString() === uri.toString());
  await window.tabGroups.close(tabs);
}

function fileName(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'answer';
}
