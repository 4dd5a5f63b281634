import { window, l10n, type LogOutputChannel } from 'vscode';
import type { Outcome } from '../../core/outcome';
import { WrittenFiles } from '../../core/repository/writtenFiles';
import type { EditorAsk } from '../ask/editorAsk';
import type { PlanHost } from '../plans/planHost';
import { ReadOnlyTexts } from '../readOnlyTexts';
import { readSettings } from '../settings';

/** What a person does about Evalmark's commits: see the next one, take back the last, be asked again. */
export class CommitCommands {
  private readonly patches = new ReadOnlyTexts('evalmark-commit');

  constructor(
    private readonly ask: EditorAsk,
    private readonly log: LogOutputChannel,
  ) {}

  /** The next commit as a patch, in an editor that cannot be written to. */
  async preview({ name, paths, uri: plan }: PlanHost): Promise<void> {
    const { previewCommit } = await import('../../core/repository/commitWrittenFiles');
    const patch = await previewCommit({ paths, settings: readSettings(plan).run, written: new WrittenFiles(paths.storage) });
    if (!patch.ok) {
      void window.showWarningMessage(`${patch.failure.message} ${patch.failure.advice}`);
      return;
    }
    const uri = this.patches.put(`/${name}/${l10n.t('next commit')}.diff`, patch.value);
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
    this.patches.dispose();
  }

  private tell(outcome: Outcome): void {
    if (outcome.kind === 'done') void window.showInformationMessage(l10n.t('The commit was taken back; its files wait to be committed again.'));
    else if (outcome.kind === 'failed') {
      if (outcome.failure.detail) this.log.error(outcome.failure.detail);
      void window.showWarningMessage(`${outcome.failure.message} ${outcome.failure.advice}`);
    }
  }
}
