import type { ArtifactPin, Rating } from './rating';

/** Everything that a line of `ratings.jsonl` can be. A line without `kind` is a rating. */
export type RatingsLine = Rating | SessionRecord | SeenRecord | RevealRecord | VoteRecord;

/** Begins a blind session: all later shuffling of this rater follows from `seed`. */
export interface SessionRecord {
  readonly version: 1;
  readonly kind: 'session';
  readonly at: string;
  readonly rater: string;
  readonly sessionId: string;
  readonly seed: string;
}

/** The outputs of one cell were on the rater's screen. */
export interface SeenRecord {
  readonly version: 1;
  readonly kind: 'seen';
  readonly at: string;
  readonly rater: string;
  readonly sessionId: string;
  readonly outputs: readonly SeenOutput[];
}

export interface SeenOutput {
  readonly generationId: string;
  readonly outputSha256: string;
}

/** From here on the rater knows which model made which output. */
export interface RevealRecord {
  readonly version: 1;
  readonly kind: 'reveal';
  readonly at: string;
  readonly rater: string;
  readonly sessionId: string;
}

/** Which of two outputs of the same cell is better. The newest on a pair by a rater holds. */
export interface VoteRecord {
  readonly version: 1;
  readonly kind: 'vote';
  readonly at: string;
  readonly rater: string;
  readonly sessionId: string;
  readonly left: SeenOutput;
  readonly right: SeenOutput;
  /** `null` takes the vote back. */
  readonly choice: VoteChoice | null;
  readonly milliseconds?: number;
  readonly unblinded?: boolean;
}

export type VoteChoice = 'left' | 'right' | 'tie' | 'bothBad';

/** One line of the file, or `undefined` when it is broken or of a version that this code does not know. */
export function parseLine(text: string): RatingsLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== 1 || !isText(value.at) || !isText(value.rater) || !isText(value.sessionId)) return undefined;
  const head = { version: 1 as const, at: value.at, rater: value.rater, sessionId: value.sessionId };
  switch (value.kind) {
    case undefined:
      return parseRating(value, head);
    case 'session':
      return isText(value.seed) ? { ...head, kind: 'session', seed: value.seed } : undefined;
    case 'reveal':
      return { ...head, kind: 'reveal' };
    case 'seen':
      return Array.isArray(value.outputs) && value.outputs.every(isSeenOutput) ? { ...head, kind: 'seen', outputs: value.outputs } : undefined;
    case 'vote':
      return parseVote(value, head);
    default:
      return undefined;
  }
}

type Head = Pick<Rating, 'version' | 'at' | 'rater' | 'sessionId'>;

function parseRating(value: Readonly<Record<string, unknown>>, head: Head): Rating | undefined {
  const { generationId, outputSha256, answers } = value;
  if (!isText(generationId) || !isText(outputSha256) || !isObject(answers) || !Object.values(answers).every(isAnswer)) return undefined;
  const { failureModes, pins, note, flagged, best, worst, milliseconds, unblinded, anchor, repeat } = value;
  const optional = [
    isAbsentOr(failureModes, (modes) => Array.isArray(modes) && modes.every(isText)),
    isAbsentOr(pins, (list) => Array.isArray(list) && list.every(isPin)),
    isAbsentOr(note, isText),
    [flagged, best, worst, unblinded].every((flag) => isAbsentOr(flag, (on) => typeof on === 'boolean')),
    isAbsentOr(milliseconds, (time) => typeof time === 'number' && time >= 0),
    isAbsentOr(anchor, (kind) => kind === 'source' || kind === 'degraded'),
    isAbsentOr(repeat, (again) => again === true),
  ];
  if (!optional.every(Boolean)) return undefined;
  const changes = { failureModes, pins, note, flagged, best, worst, milliseconds, unblinded, anchor, repeat };
  const present = Object.fromEntries(Object.entries(changes).filter(([, change]) => change !== undefined)) as Partial<Rating>;
  return { ...head, generationId, outputSha256, answers: answers as Rating['answers'], ...present };
}

function parseVote(value: Readonly<Record<string, unknown>>, head: Head): VoteRecord | undefined {
  const { left, right, choice, milliseconds, unblinded } = value;
  if (!isSeenOutput(left) || !isSeenOutput(right) || !isChoice(choice)) return undefined;
  const time = typeof milliseconds === 'number' && milliseconds >= 0 ? { milliseconds } : {};
  return { ...head, kind: 'vote', left, right, choice, ...time, ...(unblinded === true && { unblinded }) };
}

function isChoice(value: unknown): value is VoteChoice | null {
  return value === null || value === 'left' || value === 'right' || value === 'tie' || value === 'bothBad';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isAnswer(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

function isAbsentOr(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value);
}

function isPin(value: unknown): value is ArtifactPin {
  return isObject(value) && isShare(value.x) && isShare(value.y) && isText(value.type);
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isSeenOutput(value: unknown): value is SeenOutput {
  return isObject(value) && isText(value.generationId) && isText(value.outputSha256);
}
