import { CancellationTokenSource, commands, env, l10n, Uri, window, type QuickPickItem } from 'vscode';
import type { Ask, ChooseQuestion, ConfirmQuestion, FilesQuestion, Look, PicturesLook, TextQuestion } from '../../core/actions/action';
import type { GivenDecision } from '../../core/report/givenDecision';
import type { AnswerDocuments } from './answerDocuments';
import type { CompareTexts } from './compareTexts';
import type { QuestionDesk } from './questionDesk';

/** Who asks: questions carry it, so that the tree can show which step waits. */
export interface Asker {
  readonly plan: string;
  readonly stepId?: string;
  readonly signal?: AbortSignal;
  /** Said beforehand, in the decision panel. */
  readonly said?: GivenDecision | undefined;
}

export interface Panels {
  review(look: Extract<Look, { kind: 'review' }>, signal: AbortSignal): Promise<boolean | undefined>;
  survey(look: Extract<Look, { kind: 'survey' }>, signal: AbortSignal): Promise<boolean | undefined>;
  pictures(look: PicturesLook, signal: AbortSignal): Promise<boolean | undefined>;
}

/** Asks a person in the editor: quick picks for choices, a modal only for what cannot be taken back. */
export class EditorAsk implements Ask {
  readonly panels = true;

  constructor(
    private readonly desk: QuestionDesk,
    private readonly answers: AnswerDocuments,
    private readonly shows: Panels,
    private readonly compare: CompareTexts,
    private readonly asker: Asker,
  ) {}

  get said(): GivenDecision | undefined {
    return this.asker.said;
  }

  /** The same person, asked by a step. */
  for(asker: Asker): EditorAsk {
    return new EditorAsk(this.desk, this.answers, this.shows, this.compare, asker);
  }

  choose(question: ChooseQuestion): Promise<readonly string[] | undefined> {
    return this.put(question.title, (signal) => choose(question, signal));
  }

  confirm(question: ConfirmQuestion): Promise<boolean | undefined> {
    const { compare } = question;
    if (compare) return this.put(question.title, (signal) => withToken(signal, (token) => this.compare.ask({ ...question, compare }, token)));
    return this.put(question.title, (signal) => (question.kind === 'danger' ? confirmModally(question) : confirm(question, signal)));
  }

  text(question: TextQuestion): Promise<string | undefined> {
    if (question.multiline) return this.put(question.title, (signal) => this.answers.ask(question, signal), true);
    return this.put(question.title, (signal) => text(question, signal));
  }

  files(question: FilesQuestion): Promise<readonly string[] | undefined> {
    return this.put(question.title, () => files(question));
  }

  look(what: Look): Promise<boolean | undefined> {
    switch (what.kind) {
      case 'review':
        return this.put('Compare and score outputs', (signal) => this.shows.review(what, signal), true);
      case 'survey':
        return this.put('Look through the candidates', (signal) => this.shows.survey(what, signal), true);
      case 'pictures':
        return this.put('Look at the source pictures', (signal) => this.shows.pictures(what, signal), true);
      case 'card':
        return this.put(`Judge ${what.title}`, (signal) => this.shows.survey({ kind: 'survey', planPath: what.planPath, repository: what.repository }, signal), true);
      case 'page':
        return this.put('Open a page of the Hub', async () => env.openExternal(Uri.parse(what.address, true)));
      case 'document':
        return this.put(`Read ${Uri.file(what.path).path.split('/').pop() ?? ''}`, () => showDocument(Uri.file(what.path)));
    }
  }

  private put<Answer>(title: string, show: (signal: AbortSignal) => Promise<Answer | undefined>, besideOthers = false): Promise<Answer | undefined> {
    const { plan, stepId, signal } = this.asker;
    return this.desk.put({ title, plan, stepId, signal, besideOthers, show });
  }
}

async function choose({ title, placeholder, options, many }: ChooseQuestion, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const items = options.map(({ id, label, description, picked }): QuickPickItem & { readonly id: string } => ({
    id,
    label,
    ...(description === undefined ? {} : { description }),
    ...(picked === undefined ? {} : { picked }),
  }));
  const general = { title, ignoreFocusOut: true, matchOnDescription: true, ...(placeholder === undefined ? {} : { placeHolder: placeholder }) };
  return withToken(signal, async (token) => {
    if (many) return (await window.showQuickPick(items, { ...general, canPickMany: true }, token))?.map(({ id }) => id);
    const item = await window.showQuickPick(items, general, token);
    return item && [item.id];
  });
}

async function confirm({ title, detail, agree }: ConfirmQuestion, signal: AbortSignal): Promise<boolean | undefined> {
  const yes: QuickPickItem = { label: `$(check) ${agree}` };
  const no: QuickPickItem = { label: '$(close) Not now' };
  const options = { title, ignoreFocusOut: true, placeHolder: detail ?? title };
  const answer = await withToken(signal, (token) => window.showQuickPick([yes, no], options, token));
  return answer && answer === yes;
}

export async function confirmModally({ title, detail, agree }: ConfirmQuestion): Promise<boolean | undefined> {
  const answer = await window.showWarningMessage(title, { modal: true, ...(detail === undefined ? {} : { detail }) }, agree);
  return answer === agree ? true : undefined;
}

async function text({ title, prompt, value, password }: TextQuestion, signal: AbortSignal): Promise<string | undefined> {
  const options = {
    title,
    ignoreFocusOut: true,
    password: password === true,
    ...(prompt === undefined ? {} : { prompt }),
    ...(value === undefined ? {} : { value }),
  };
  return withToken(signal, (token) => window.showInputBox(options, token));
}

async function files({ title, pictures, many }: FilesQuestion): Promise<readonly string[] | undefined> {
  const chosen = await window.showOpenDialog({
    title,
    openLabel: l10n.t('Choose'),
    canSelectMany: many,
    ...(pictures ? { filters: { Pictures: ['png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff', 'gif'] } } : {}),
  });
  return chosen?.map(({ fsPath }) => fsPath);
}

async function showDocument(uri: Uri): Promise<boolean> {
  if (/\.md$/i.test(uri.path)) await commands.executeCommand('markdown.showPreview', uri);
  else await window.showTextDocument(uri, { preview: true });
  return true;
}

async function withToken<Answer>(signal: AbortSignal, show: (token: CancellationTokenSource['token']) => Thenable<Answer>): Promise<Answer> {
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await show(source.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}
