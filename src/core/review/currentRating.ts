import type { AnchorKind, ArtifactPin, Rating } from './rating';

/** What a rater's lines on one output add up to. */
export interface CurrentRating {
  readonly rater: string;
  readonly generationId: string;
  readonly outputSha256: string;
  readonly answers: Readonly<Record<string, number | boolean>>;
  readonly failureModes?: readonly string[];
  readonly pins: readonly ArtifactPin[];
  readonly note: string;
  readonly flagged: boolean;
  readonly best: boolean;
  readonly worst: boolean;
  /** Time spent, without pauses of more than a minute. */
  readonly milliseconds: number;
  /** At least one line was written when the rater knew the model. */
  readonly unblinded: boolean;
  readonly anchor?: AnchorKind;
  readonly repeat?: true;
}

export interface CurrentRatings {
  readonly current: readonly CurrentRating[];
  /** Of a picture that has been replaced since; kept in the file, left out of everything else. */
  readonly setAside: readonly CurrentRating[];
  /** Second showings of outputs that are there as they were judged. */
  readonly repeats: readonly CurrentRating[];
  /** Hidden checks; what they showed is no model's output. */
  readonly anchors: readonly CurrentRating[];
}

/**
 * Folds lines, in the order of the file (clocks change, an append-only file does not), to one rating for each output
 * and rater. Lines on a picture that is no longer there as it was judged are set aside.
 * @param sha256Of hash of the output as it is now; `undefined` for a generation that is gone, whose ratings are set aside
 */
export function currentRatings(ratings: readonly Rating[], sha256Of: (generationId: string) => string | undefined): CurrentRatings {
  const folded = new Map<string, CurrentRating>();
  for (const rating of ratings) {
    const key = JSON.stringify([rating.rater, rating.generationId, rating.outputSha256, rating.repeat]);
    folded.set(key, applyRating(folded.get(key), rating));
  }
  const [current, setAside, repeats, anchors]: [CurrentRating[], CurrentRating[], CurrentRating[], CurrentRating[]] = [[], [], [], []];
  for (const rating of folded.values()) {
    if (rating.anchor) anchors.push(rating);
    else if (sha256Of(rating.generationId) !== rating.outputSha256) setAside.push(rating);
    else (rating.repeat ? repeats : current).push(rating);
  }
  return { current, setAside, repeats, anchors };
}

/** What holds after one more line. A line changes what it names; `null` takes an answer back. */
export function applyRating(before: CurrentRating | undefined, line: Rating): CurrentRating {
  const held = before ?? nothingYet;
  const merged = Object.entries({ ...held.answers, ...line.answers });
  const answers = Object.fromEntries(merged.filter((entry): entry is [string, number | boolean] => entry[1] !== null));
  const failureModes = line.failureModes ?? held.failureModes;
  return {
    rater: line.rater,
    generationId: line.generationId,
    outputSha256: line.outputSha256,
    answers,
    ...(failureModes && { failureModes }),
    pins: line.pins ?? held.pins,
    note: line.note ?? held.note,
    flagged: line.flagged ?? held.flagged,
    best: line.best ?? held.best,
    worst: line.worst ?? held.worst,
    milliseconds: held.milliseconds + activeTime(line.milliseconds),
    unblinded: held.unblinded || line.unblinded === true,
    ...(line.anchor && { anchor: line.anchor }),
    ...(line.repeat && { repeat: line.repeat }),
  };
}

const nothingYet: Omit<CurrentRating, 'rater' | 'generationId' | 'outputSha256'> = { answers: {}, pins: [], note: '', flagged: false, best: false, worst: false, milliseconds: 0, unblinded: false };

const pauseMilliseconds = 60_000;

function activeTime(milliseconds = 0): number {
  return milliseconds > pauseMilliseconds ? 0 : milliseconds;
}
