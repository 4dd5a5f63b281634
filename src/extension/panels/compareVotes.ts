import type { VoteChoice, VoteRecord } from '../../core/review/records';
import { cellKey, type ReviewOutput, type Session } from '../../core/review/session';
import { mostVotes, nextQuestion, summarizeVotes, sureEnough, votesOf, type Question, type Vote } from '../../core/review/votes';
import type { VoteView } from '../../webviews/compare/contract';
import type { CompareModel } from './compareModel';
import { kindLabels } from './compareState';

/** The part of a vote's line that the question and its answer decide. */
export type VoteDraft = Pick<VoteRecord, 'left' | 'right' | 'choice'>;

/** Votes between models that the ratings leave undecided, the most informative first. */
export class CompareVotes {
  /** By cell, then by model. */
  private readonly cells = new Map<string, Map<string, ReviewOutput>>();
  private readonly given: VoteDraft[] = [];

  constructor(private readonly model: CompareModel, private readonly session: Session, private readonly undecided: readonly (readonly [string, string])[]) {
    for (const output of model.input.outputs) {
      if (model.unreadable.has(output.generation.id)) continue;
      const key = cellKey(output.generation);
      const cell = this.cells.get(key) ?? new Map<string, ReviewOutput>();
      this.cells.set(key, cell.set(output.generation.modelId, output));
    }
  }

  view(): VoteView {
    const votes = this.votes();
    const asked = this.question(votes);
    const remaining = this.remaining(votes);
    const cell = asked && this.cells.get(asked.cell);
    const [left, right] = [asked && cell?.get(asked.left), asked && cell?.get(asked.right)];
    const shown = left && right && {
      source: this.model.pictures.idOf(left.sourcePath), left: this.model.pictures.idOf(left.outputPath), right: this.model.pictures.idOf(right.outputPath),
      prompt: left.generation.edit.prompt, kind: kindLabels[left.generation.edit.kind] ?? 'Edit',
    };
    return { given: votes.length, most: mostVotes, pairsLeft: remaining, canUndo: this.given.length > 0, ...(shown && { question: shown }) };
  }

  /** The line of an answer to the question that is shown; `undefined` when there is none. */
  answer(choice: VoteChoice): VoteDraft | undefined {
    const asked = this.question(this.votes());
    const cell = asked && this.cells.get(asked.cell);
    const [left, right] = [asked && cell?.get(asked.left), asked && cell?.get(asked.right)];
    return left && right ? { left: this.side(left), right: this.side(right), choice } : undefined;
  }

  /** To be called once the line is on the disk. */
  accept(draft: VoteDraft): void {
    if (draft.choice === null) this.given.pop();
    else this.given.push(draft);
  }

  /** The line that takes the newest vote back. */
  undo(): VoteDraft | undefined {
    const last = this.given.at(-1);
    return last && { ...last, choice: null };
  }

  private votes(): readonly Vote[] {
    const generations = this.model.input.outputs.map((output) => ({ ...output.generation, output: { ...output.generation.output, sha256: this.model.sha256Of(output) } }));
    return votesOf(this.model.ledger.votes, generations);
  }

  private question(votes: readonly Vote[]): Question | undefined {
    const present = new Map([...this.cells].map(([key, cell]) => [key, [...cell.keys()]]));
    return nextQuestion(this.undecided, present, votes, this.session.seed);
  }

  /** Pairs whose order is not sure yet. */
  private remaining(votes: readonly Vote[]): number {
    const strengths = summarizeVotes(votes, [...new Set(this.undecided.flat())])?.strengths;
    return this.undecided.filter(([first, second]) => {
      if (!strengths?.strengths.has(first) || !strengths.strengths.has(second)) return true;
      const { probability } = strengths.compare(first, second);
      return Math.max(probability, 1 - probability) < sureEnough;
    }).length;
  }

  private side(output: ReviewOutput): VoteRecord['left'] {
    return { generationId: output.generation.id, outputSha256: this.model.sha256Of(output) };
  }
}
