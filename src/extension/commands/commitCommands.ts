import { EventEmitter, Uri, window, workspace, l10n, type LogOutputChannel, type TextDocumentContentProvider } from 'vscode';
import type { Outcome } from '../../core/outcome';
import { WrittenFiles } from '../../core/repository/writtenFiles';
import type { EditorAsk } from '../ask/editorAsk';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import { readSettings } from '../settings';

/** What a person does about Evalmark's commits: see the next one, take back the last, be asked again. */
export class CommitCommands implements TextDocumentContentProvider {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<Uri>());
  private readonly patches = new Map<string, string>();

  constructor(
    private readonly ask: EditorAsk,
    private readonly log: LogOutputChannel,
  ) {
    this.lifetime.add(workspace.registerTextDocumentContentProvider(scheme, this));
  }

  get onDidChange() {
    return this.changed.event;
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.patches.get(uri.path) ?? '';
  }

  /** The next commit as a patch, in an editor that cannot be written to. */
  async preview({ name, paths, uri: plan }: PlanHost): Promise<void> {
    const { previewCommit } = await import('../../core/repository/commitWrittenFiles');
    const patch = await previewCommit({ paths, settings: readSettings(plan).run, written: new WrittenFiles(paths.storage) });
    if (!patch.ok) {
      void window.showWarningMessage(`${patch.failure.message} ${patch.failure.advice}`);
      return;
    }
    const uri = Uri.from({ scheme, path: `/${name}/${l10n.t('next commit')}.diff` });
    this.patches.set(uri.path, patch.value);
    this.changed.fire(uri);
    await window.showTextDocument(uri, { preview: true });
  }

  async undo({ paths }: PlanHost): Promise<void> {
    const { log } = this;
    const { undoLastCommit } = await import('../../core/repository/undoCommit');
    this.tell(await undoLastCommit({ paths, ask: this.ask.for({ plan: paths.plan }), log }));
  }

  async askAgain({ paths }: PlanHost): Promise<void> {
    const { forgetCommitConsent } = await import('../../core/repository/commitWrittenFiles');
    await forgetCommitConsent(paths.storage);
    void window.showInformationMessage(l10n.t('Evalmark asks again before it commits after a task.'));
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private tell(outcome: Outcome): void {
    if (outcome.kind === 'done') void window.showInformationMessage(l10n.t('The commit was taken back; its files wait to be committed again.'));
    else if (outcome.kind === 'failed') {
      if (outcome.failure.detail) this.log.error(outcome.failure.detail);
      void window.showWarningMessage(`${outcome.failure.message} ${outcome.failure.advice}`);
    }
  }
}

const scheme = 'evalmark-commit';
