import path from 'node:path';
import type { EditProgress, EditRequest, EditResult, UpcomingPrompt } from '../core/evaluation/inference';
import type { Face } from '../core/evaluation/face';
import type { KeptBlocks, MeasureNetworks, NetworkMeasureRequest, NetworkMeasurement, NetworkMeasures } from '../core/evaluation/networkMeasures';
import { fail, type Failure } from '../core/outcome';
import type { ChildMessage, HostMessage } from './protocol';

/** A message from the host, or what is wrong with it; `undefined` for what is no message of this protocol at all. */
export function readHostMessage(message: unknown): HostMessage | { readonly kind: 'invalid'; readonly id: number; readonly answer: 'result' | 'measured'; readonly problem: string } | undefined {
  const { kind, id, request, settings } = fields(message);
  if (kind === 'open') return isSettings(settings) ? { kind, settings } : undefined;
  if (typeof id !== 'number') return undefined;
  if (kind === 'cancel') return { kind, id };
  if (kind === 'measure') {
    const problem = firstProblem(request, measureFields);
    return problem === undefined ? { kind, id, request: request as NetworkMeasureRequest } : { kind: 'invalid', id, answer: 'measured', problem };
  }
  if (kind !== 'edit') return undefined;
  const problem = firstProblem(request, requestFields);
  return problem === undefined ? { kind, id, request: request as EditRequest } : { kind: 'invalid', id, answer: 'result', problem };
}

/** A message from the child; `undefined` for what this build would misread. */
export function readChildMessage(message: unknown): ChildMessage | undefined {
  const { kind, id, protocol, progress, result } = fields(message);
  if (kind === 'ready') return typeof protocol === 'number' ? { kind, protocol } : undefined;
  if (typeof id !== 'number') return undefined;
  if (kind === 'progress') return firstProblem(progress, progressFields) === undefined ? { kind, id, progress: progress as EditProgress } : undefined;
  if (kind !== 'result' && kind !== 'measured') return undefined;
  const { ok, value, failure } = fields(result);
  const problem = ok === true ? (kind === 'result' ? firstProblem(value, resultFields) : firstProblem(value, measurementFields)) : firstProblem(failure, failureFields);
  return problem === undefined ? ({ kind, id, result } as ChildMessage) : { kind, id, result: fail(garbled(problem)) };
}

function garbled(problem: string): Failure {
  return {
    code: 'answer-invalid',
    message: `The inference process gave an answer that cannot be read (${problem}).`,
    advice: 'Reload the window; if it stays, install Evalmark anew.',
    short: 'bad answer',
  };
}

type Check = readonly [expected: string, holds: (value: unknown) => boolean];

/** One check for each field, so that a field cannot be forgotten. */
type Checks<Shape> = { readonly [Key in keyof Required<Shape>]: Check };

const text: Check = ['text', (value) => typeof value === 'string'];
const file: Check = ['an absolute path', (value) => typeof value === 'string' && path.isAbsolute(value) && !value.includes('\0')];
const number: Check = ['a number', (value) => Number.isFinite(value)];
const anObject: Check = ['an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)];
const texts: Check = ['a list of texts', (value) => Array.isArray(value) && value.every((item) => typeof item === 'string')];

function whole(minimum: number, maximum: number): Check {
  return [`a whole number from ${minimum} to ${maximum}`, (value) => Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum];
}

function between(minimum: number, maximum: number): Check {
  return [`a number from ${minimum} to ${maximum}`, (value) => typeof value === 'number' && value >= minimum && value <= maximum];
}

function oneOf(...options: readonly string[]): Check {
  return [`one of ${options.join(', ')}`, (value) => typeof value === 'string' && options.includes(value)];
}

function optional([expected, holds]: Check): Check {
  return [expected, (value) => value === undefined || holds(value)];
}

function shape<Shape>(checks: Checks<Shape>): Check {
  return ['of its shape', (value) => firstProblem(value, checks) === undefined];
}

function each([expected, holds]: Check, minimum: number, maximum: number): Check {
  return [`${minimum} to ${maximum} items, each ${expected}`, (value) => Array.isArray(value) && value.length >= minimum && value.length <= maximum && value.every(holds)];
}

const requestFields: Checks<EditRequest> = {
  model: shape<EditRequest['model']>({
    path: file,
    transformer: optional(file),
    loras: each(shape({ path: file, scale: between(-1000, 1000) }), 0, 64),
    otherLoras: optional(each(file, 0, 1000)),
    range: optional(oneOf('0..1', '-1..1', '0..255')),
  }),
  pictures: each(file, 1, 16),
  prompt: text,
  negativePrompt: optional(text),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  steps: whole(1, 1000),
  guidance: between(0, 100),
  width: optional(whole(1, 16_384)),
  height: optional(whole(1, 16_384)),
  scheduler: optional(oneOf('auto', 'checkpoint', 'lightning')),
  noise: optional(oneOf('philox', 'torch')),
  referenceResolution: optional(whole(64, 2048)),
  previewSteps: optional(whole(1, 1000)),
  upcoming: optional(each(shape<UpcomingPrompt>({ pictures: each(file, 1, 16), prompt: text, negativePrompt: optional(text), guidance: between(0, 100) }), 0, 10_000)),
  engine: shape<EditRequest['engine']>({
    device: oneOf('auto', 'cuda', 'webgpu', 'coreml', 'directml', 'cpu'),
    precision: oneOf('auto', 'float32', 'bfloat16', 'float16', 'int8', 'int4', 'nf4'),
  }),
  output: file,
};

const progressFields: Checks<EditProgress> = {
  stage: oneOf('starting', 'loading', 'encoding', 'sampling', 'decoding', 'saving'),
  step: optional(number),
  steps: optional(number),
  secondsLeft: optional(number),
  preview: optional(['a small PNG', isSmallPng]),
};

/** The host shows it to a person, so it is looked at more closely. */
function isSmallPng(value: unknown): boolean {
  return value instanceof Uint8Array && value.length <= 4_000_000 && Buffer.from(value.subarray(0, 8)).toString('latin1') === '\x89PNG\r\n\x1a\n';
}

const resultFields: Checks<EditResult> = {
  sha256: ['a SHA-256', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)],
  width: whole(1, 100_000),
  height: whole(1, 100_000),
  loadSeconds: number,
  editSeconds: number,
  memory: shape<EditResult['memory']>({ kind: oneOf('vram', 'ram'), peakBytes: number, averageBytes: number }),
  device: text,
  precision: text,
  warnings: texts,
  versions: anObject,
  record: optional(anObject),
};

const networkFields: Checks<MeasureNetworks> = { detector: optional(file), recognizer: optional(file), person: optional(file), clipVision: optional(file), clipText: optional(file), clipTokenizer: optional(file), perceptual: optional(file) };

const measureFields: Checks<NetworkMeasureRequest> = {
  networks: shape(networkFields),
  source: file,
  output: file,
  captions: optional(each(text, 2, 2)),
  kept: optional(shape<KeptBlocks>({ columns: whole(1, 1000), rows: whole(1, 1000), kept: ['hexadecimal', (value) => typeof value === 'string' && /^[0-9a-f]{1,250000}$/.test(value)] })),
};

const point = { x: number, y: number };

const faces = each(
  shape<Face>({ box: shape<Face['box']>({ ...point, width: number, height: number }), landmarks: each(shape<Face['landmarks'][0]>(point), 5, 5), score: between(0, 1) }),
  0,
  10_000,
);

const measurementFields: Checks<NetworkMeasurement> = {
  measures: shape<NetworkMeasures>({
    identity: optional(number), yaw: optional(number), faceShape: optional(number), person: optional(number), clipImage: optional(number), clipDirection: optional(number), perceptual: optional(number),
  }),
  faces: optional(shape<NonNullable<NetworkMeasurement['faces']>>({ source: faces, output: faces })),
  skipped: texts,
};

const failureFields: Checks<Failure> = { code: text, message: text, advice: text, short: optional(text), detail: optional(text) };

/** The first field that is not what it must be, in words. */
function firstProblem<Shape>(value: unknown, checks: Checks<Shape>): string | undefined {
  if (!anObject[1](value)) return 'it must be an object';
  const given = fields(value);
  for (const [key, [expected, holds]] of Object.entries<Check>(checks)) {
    if (!holds(given[key])) return `"${key}" must be ${expected}`;
  }
  return undefined;
}

function isSettings(value: unknown): value is Extract<HostMessage, { kind: 'open' }>['settings'] {
  return firstProblem(value, { cacheFolder: optional(file), memoryBytes: optional(number) }) === undefined;
}

function fields(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
}
