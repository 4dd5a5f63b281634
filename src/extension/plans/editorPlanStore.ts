import { Range, workspace, WorkspaceEdit, type TextDocument, type Uri } from 'vscode';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { parsePlan } from '../../core/plan/parse';
import { FilePlanStore } from '../../core/plan/planFile';
import type { Plan } from '../../core/plan/plan';
import type { PlanEdit, PlanSnapshot, PlanStore } from '../../core/plan/planStore';
import { planTextEdits } from '../../core/plan/write';

/**
 * A plan's text where the person sees it: an open document with unsaved changes is read and edited as it stands, so that
 * nothing typed is lost and undo brings a mark back; otherwise the file is.
 */
export class EditorPlanStore implements PlanStore {
  readonly path: string;
  private readonly file: FilePlanStore;
  /** The plan that was last read: tells a step that moved from its twin elsewhere. */
  private previous: Plan | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly uri: Uri,
    private readonly extendedMarks: () => boolean,
  ) {
    this.path = uri.fsPath;
    this.file = new FilePlanStore(this.path, { writeExtendedMarks: extendedMarks });
  }

  async read(): Promise<Result<PlanSnapshot>> {
    const document = this.unsaved();
    return this.remembered(document ? ok(snapshotOf(document)) : await this.file.read());
  }

  edit(edits: readonly PlanEdit[]): Promise<Result<PlanSnapshot>> {
    const next = this.last.then(async () => {
      const document = this.unsaved();
      return this.remembered(await (document ? this.editDocument(document, edits) : this.file.edit(edits)));
    });
    this.last = next.catch(() => undefined);
    return next;
  }

  /** Typing may go on meanwhile: an edit that meets a newer version is computed anew. */
  private async editDocument(document: TextDocument, edits: readonly PlanEdit[]): Promise<Result<PlanSnapshot>> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const { version } = document;
      const snapshot = snapshotOf(document);
      const replacements = planTextEdits(snapshot, edits, { writeExtendedMarks: this.extendedMarks(), ...(this.previous ? { previous: this.previous } : {}) });
      if (!replacements.ok) return replacements;
      if (replacements.value.length === 0) return ok(snapshot);
      const change = new WorkspaceEdit();
      for (const { range, text } of replacements.value) {
        change.replace(this.uri, new Range(range.line, range.start, range.line, range.end), text);
      }
      if (document.version === version && (await workspace.applyEdit(change))) return ok(snapshotOf(document));
    }
    return fail(notEdited);
  }

  private remembered(snapshot: Result<PlanSnapshot>): Result<PlanSnapshot> {
    if (snapshot.ok) this.previous = snapshot.value.plan;
    return snapshot;
  }

  private unsaved(): TextDocument | undefined {
    const wanted = this.uri.toString();
    return workspace.textDocuments.find((document) => document.isDirty && !document.isClosed && document.uri.toString() === wanted);
  }
}

/** Of each open document its last version, so that nothing is parsed twice. */
const parsed = new WeakMap<TextDocument, { readonly version: number; readonly snapshot: PlanSnapshot }>();

function snapshotOf(document: TextDocument): PlanSnapshot {
  const known = parsed.get(document);
  if (known?.version === document.version) return known.snapshot;
  const text = document.getText();
  const snapshot = { plan: parsePlan(text), bytes: undefined, text };
  parsed.set(document, { version: document.version, snapshot });
  return snapshot;
}

const notEdited: Failure = {
  code: 'editor-refused',
  message: 'The editor did not take the change, because the plan was edited at the same time.',
  advice: 'Save the plan, then run the step again.',
  short: 'plan is busy',
};
