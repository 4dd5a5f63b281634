import { existsSync } from 'node:fs';
import path from 'node:path';
import { env, l10n, RelativePattern, Uri, ViewColumn, commands, window, workspace, type WebviewPanel } from 'vscode';
import type { Logger, Look } from '../../core/actions/action';
import { keepCardExamples } from '../../core/evaluation/cardExamples';
import type { HubConnection } from '../../core/hub/connection';
import { hubFailure } from '../../core/hub/hubError';
import { refreshSurvey } from '../../core/hub/refreshSurvey';
import { readSurvey } from '../../core/hub/surveyFile';
import { readSurveyUrl, type SurveyQuery } from '../../core/hub/surveyQuery';
import { fail, ok, type Result } from '../../core/outcome';
import type { PlanStore } from '../../core/plan/planStore';
import type { HostMessage, WebviewMessage } from '../../webviews/survey/contract';
import { Lifetime } from '../lifetime';
import { closedPanelHtml } from './closedPanelHtml';
import { bundles, panelAddresses } from './panelAddresses';
import { SurveyModel } from './surveyModel';
import { CardPictures } from './surveyPictures';

export interface SurveyContext {
  readonly extensionUri: Uri;
  /** Absolute. */
  readonly planPath: string;
  /** Where drawn pictures and answers of the Hub are kept. */
  readonly storage: string;
  readonly log: Logger;
  readonly store: PlanStore;
  hub(): Promise<Result<HubConnection>>;
}

export type SurveyPage = NonNullable<Extract<Look, { kind: 'survey' }>['page']>;

/** A step that waits for the person; one with a repository only for the verdict on it. */
interface Waiter {
  readonly repository: string | undefined;
  resolve(finished: boolean): void;
}

/** The candidates of one plan. The truth is `survey.json`: every key writes it, and every change of it is shown. */
export class SurveyPanel {
  private static readonly open = new Map<string, SurveyPanel>();

  /** Resolves to `true` when the person is done, to `false` when the tab was closed. */
  static show(context: SurveyContext, { page = 'list', repository }: Pick<Extract<Look, { kind: 'survey' }>, 'page' | 'repository'>, signal: AbortSignal): Promise<boolean> {
    const open = SurveyPanel.open.get(context.planPath);
    const panel = open ?? new SurveyPanel(SurveyPanel.create(context.extensionUri), context, page);
    if (open && open.page !== page && repository === undefined) open.ask(page);
    else if (open) void open.model.reread();
    if (repository !== undefined) panel.model.open(repository);
    panel.panel.reveal();
    return new Promise((resolve) => {
      const waiter: Waiter = { repository, resolve };
      panel.waiting.push(waiter);
      signal.addEventListener('abort', () => panel.settle(false, (other) => other === waiter), { once: true });
    });
  }

  /** Takes a tab over that was open when the editor was closed; gives it up where the plan is shown already. */
  static restore(panel: WebviewPanel, context: SurveyContext, page: SurveyPage): void {
    if (SurveyPanel.open.has(context.planPath)) panel.dispose();
    else new SurveyPanel(panel, context, page);
  }

  private static create(extensionUri: Uri): WebviewPanel {
    return window.createWebviewPanel('evalmark.survey', '', ViewColumn.Active, { enableScripts: true, localResourceRoots: [bundles(extensionUri)] });
  }

  private readonly lifetime = new Lifetime();
  private readonly ended = new AbortController();
  private model: SurveyModel;
  private waiting: Waiter[] = [];

  private constructor(private readonly panel: WebviewPanel, private readonly context: SurveyContext, private page: SurveyPage) {
    SurveyPanel.open.set(context.planPath, this);
    this.panel.title = l10n.t('Survey: {0}', path.basename(this.folder));
    this.panel.iconPath = { light: Uri.joinPath(context.extensionUri, 'media', 'survey-light.svg'), dark: Uri.joinPath(context.extensionUri, 'media', 'survey-dark.svg') };
    this.model = this.makeModel(page);
    const { webview } = this.panel;
    webview.onDidReceiveMessage((message: WebviewMessage) => void this.model.handle(message));
    webview.html = closedPanelHtml({ title: l10n.t('Survey'), ...panelAddresses(webview, context.extensionUri, 'survey') });
    const watcher = this.lifetime.add(workspace.createFileSystemWatcher(new RelativePattern(Uri.file(this.folder), 'survey.json')));
    this.lifetime.add(watcher.onDidChange(() => void this.model.reread()));
    this.lifetime.add(watcher.onDidCreate(() => void this.model.reread()));
    this.panel.onDidDispose(() => {
      SurveyPanel.open.delete(context.planPath);
      this.lifetime.dispose();
      this.ended.abort();
      this.settle(false);
    });
  }

  private get folder(): string {
    return path.dirname(this.context.planPath);
  }

  /** Another step wants something else of the same panel. */
  private ask(page: SurveyPage): void {
    this.page = page;
    this.model = this.makeModel(page);
    void this.model.load();
  }

  private settle(finished: boolean, which: (waiter: Waiter) => boolean = () => true): void {
    const ended = this.waiting.filter(which);
    this.waiting = this.waiting.filter((waiter) => !ended.includes(waiter));
    for (const { resolve } of ended) resolve(finished);
  }

  private makeModel(page: SurveyPage): SurveyModel {
    const { context } = this;
    const { signal } = this.ended;
    return new SurveyModel(
      { planPath: context.planPath, page, signal },
      {
        log: context.log,
        pictures: new CardPictures(path.join(context.storage, 'card-pictures'), signal),
        now: () => new Date(),
        post: (message) => this.post(message),
        plan: async () => {
          const read = await context.store.read();
          return read.ok ? ok(read.value.plan) : read;
        },
        editPlan: (edits) => context.store.edit(edits),
        hub: () => context.hub(),
        askReason: async (title) => window.showInputBox({ title, prompt: l10n.t('A few words; they stay in survey.json.'), value: l10n.t('by hand'), ignoreFocusOut: true }),
        pickCategory: (title, categories) => pickCategory(title, categories),
        openExternal: (address) => void env.openExternal(Uri.parse(address, true)),
        openDocument: (file) => void openDocument(file),
        keepExamples: (repository, prompts, triggers) => keepCardExamples(this.folder, { repository, prompts, triggers }, () => undefined),
        refresh: () => this.refresh(),
        awaits: (repository) => this.waiting.some((waiter) => waiter.repository === repository),
        judged: (repository) => this.settle(true, (waiter) => waiter.repository === repository),
        done: () => {
          this.settle(true, ({ repository }) => repository === undefined);
          this.panel.dispose();
        },
      },
    );
  }

  /** The question of the last survey, put to the Hub again. */
  private async refresh(): Promise<Result<unknown>> {
    const [survey, hub] = await Promise.all([readSurvey(this.folder), this.context.hub()]);
    if (!survey.ok && survey.failure.code !== 'no-survey') return survey;
    if (!hub.ok) return hub;
    const { base, candidates = [] } = survey.ok ? survey.value : {};
    const query = (survey.ok ? survey.value.query : undefined) ?? (await askQuery());
    if (!query) return fail({ code: 'no-query', message: l10n.t('Nothing was searched yet.'), advice: l10n.t('Run the step that holds the address of a Hub search, or press Refresh and type words.'), short: 'no search' });
    if (hub.value.offline) return fail({ code: 'offline', message: l10n.t('HF_HUB_OFFLINE forbids to ask the Hub.'), advice: l10n.t('Unset it and restart the editor.'), short: 'offline' });
    try {
      return await refreshSurvey({
        connection: hub.value, planFolder: this.folder, query, base, count: Math.max(100, Math.min(candidates.length, 500)), cacheFolder: path.join(this.context.storage, 'hub-lists'), now: new Date(),
        options: { signal: this.ended.signal, onWait: (seconds) => this.post({ kind: 'busy', text: l10n.t('The Hub asks to wait {0} s', Math.ceil(seconds)) }) },
        progress: (text) => this.post({ kind: 'busy', text }),
      });
    } catch (error) {
      this.ended.signal.throwIfAborted();
      return fail(hubFailure(error, { endpoint: hub.value.endpoint }));
    }
  }

  private post(message: HostMessage): void {
    if (!this.ended.signal.aborted) void this.panel.webview.postMessage(message);
  }
}

async function pickCategory(title: string, categories: readonly string[]): Promise<string | undefined> {
  const none = { label: l10n.t('$(close) None'), id: '' };
  const other = { label: l10n.t('$(edit) Another…'), id: undefined };
  const chosen = await window.showQuickPick([...categories.map((id) => ({ label: id, id })), none, other], { title });
  if (!chosen || chosen.id !== undefined) return chosen?.id;
  return (await window.showInputBox({ title, prompt: l10n.t('One word, as the plan uses it') }))?.trim().toLowerCase();
}

/** Where no step says what to search: an address of the Hub, or words. */
async function askQuery(): Promise<SurveyQuery | undefined> {
  const typed = (await window.showInputBox({ title: l10n.t('What is to be searched on the Hub?'), prompt: l10n.t('Words, or the address of a search page with its filters.'), placeHolder: 'https://huggingface.co/models?pipeline_tag=image-to-image&search=…', ignoreFocusOut: true }))?.trim();
  if (!typed) return undefined;
  const query = readSurveyUrl(/^https?:/i.test(typed) ? typed : `https://huggingface.co/models?sort=trending&search=${encodeURIComponent(typed)}`);
  if (!query.ok) void window.showErrorMessage(`${query.failure.message} ${query.failure.advice}`);
  return query.ok ? query.value : undefined;
}

async function openDocument(file: string): Promise<void> {
  if (existsSync(file)) await commands.executeCommand('markdown.showPreview', Uri.file(file));
  else void window.showInformationMessage(l10n.t('There is no {0} yet. The steps that list and select candidates write it.', path.basename(file)));
}
