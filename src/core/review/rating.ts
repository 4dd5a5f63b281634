/** One line of `ratings.jsonl`. Lines are only ever appended; the newest for a generation and rater holds. */
export interface Rating {
  readonly version: 1;
  readonly at: string;
  readonly rater: string;
  readonly sessionId: string;
  readonly generationId: string;
  /** Of the output as it was when judged; a changed picture asks again. */
  readonly outputSha256: string;
  /** By criterion id; what is missing has not been answered. `null` clears an earlier answer. */
  readonly answers: Readonly<Record<string, number | boolean | null>>;
  readonly failureModes?: readonly string[];
  readonly pins?: readonly ArtifactPin[];
  readonly note?: string;
  readonly flagged?: boolean;
  readonly best?: boolean;
  readonly worst?: boolean;
  readonly milliseconds?: number;
  /** True from the moment the rater knew which model made the output. */
  readonly unblinded?: boolean;
  /** A hidden check of the rater, which no model made. */
  readonly anchor?: AnchorKind;
  /** The second showing of an output; counts for self-agreement only. */
  readonly repeat?: true;
}

/** `source`: the untouched picture, which keeps the person and does no edit; `degraded`: an output that was spoilt. */
export type AnchorKind = 'source' | 'degraded';

export interface ArtifactPin {
  /** 0 to 1 from the left and the top of the output. */
  readonly x: number;
  readonly y: number;
  readonly type: string;
}
