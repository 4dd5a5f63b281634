import type { InferenceSession } from 'onnxruntime-node';
import type { PixelRange } from '../../core/evaluation/evaluation';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { originalName } from '../graph/portableModel';
import type { Layout } from '../pictures/tensor';

/** What a single-file model takes and gives, read from its graph and its metadata. */
export interface Signature {
  /** The first is the picture to edit, further ones are references. */
  readonly images: readonly ImagePort[];
  readonly output: ImagePort;
  readonly settings: readonly SettingPort[];
}

export interface ImagePort {
  readonly name: string;
  readonly type: 'float32' | 'uint8';
  readonly layout: Layout;
  /** Without the first dimension for the batch. */
  readonly single: boolean;
  /** Undefined where any size is taken. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly range: PixelRange;
}

export interface SettingPort {
  readonly name: string;
  readonly role: 'prompt' | 'negativePrompt' | 'seed' | 'steps' | 'guidance' | 'strength';
  readonly type: 'string' | 'int64' | 'int32' | 'float32' | 'float64';
  /** Of one value: `[]`, `[1]`, `[1, 1]`. */
  readonly shape: readonly number[];
}

export interface SignatureHints {
  readonly metadata: ReadonlyMap<string, string>;
  readonly range: PixelRange | undefined;
}

export function readSignature(session: InferenceSession, hints: SignatureHints, file: string): Result<Signature> {
  const inputs = session.inputMetadata.filter((value) => value.isTensor);
  const images: ImagePort[] = [];
  const settings: SettingPort[] = [];
  const unknown: string[] = [];
  for (const input of inputs) {
    const image = imagePort(input, hints);
    const setting = image ? undefined : settingPort(input);
    if (image) images.push(image);
    else if (setting) settings.push(setting);
    else unknown.push(`${originalName(input.name)} (${input.type}${shapeText(input.shape)})`);
  }
  if (unknown.length > 0) return fail(unknownInputs(file, unknown));
  if (images.length === 0) return fail(noImage(file, 'input', session.inputMetadata));
  const outputs = session.outputMetadata.filter((value) => value.isTensor).map((value) => imagePort(value, hints));
  const output = outputs.find((port) => port && /image|output|result|sample/i.test(port.name)) ?? outputs.find((port) => port !== undefined);
  return output ? ok({ images, output, settings }) : fail(noImage(file, 'output', session.outputMetadata));
}

type Metadata = InferenceSession.TensorValueMetadata;

function imagePort({ name, type, shape }: Metadata, { metadata, range }: SignatureHints): ImagePort | undefined {
  if ((type !== 'float32' && type !== 'uint8') || (shape.length !== 3 && shape.length !== 4)) return undefined;
  const single = shape.length === 3;
  const [first, second, third] = single ? shape : shape.slice(1);
  const layout = layoutOf(first, third, metadata.get('evalmark.layout'));
  if (!layout || (!single && typeof shape[0] === 'number' && shape[0] > 1)) return undefined;
  const [height, width] = layout === 'NCHW' ? [second, third] : [first, second];
  return {
    name,
    type,
    layout,
    single,
    width: sizeOf(width),
    height: sizeOf(height),
    range: pixelRange(metadata.get('evalmark.range')) ?? range ?? (type === 'uint8' ? '0..255' : '0..1'),
  };
}

/** Three colours stand first or last; where both are open, planes are usual. */
function layoutOf(first: number | string | undefined, last: number | string | undefined, said: string | undefined): Layout | undefined {
  const planes = first === 3 || !(typeof first === 'number' && first >= 0);
  const pixels = last === 3 || !(typeof last === 'number' && last >= 0);
  if (said === 'NCHW' && planes) return 'NCHW';
  if (said === 'NHWC' && pixels) return 'NHWC';
  if (first === 3) return 'NCHW';
  if (last === 3) return 'NHWC';
  return planes && pixels ? 'NCHW' : undefined;
}

/** An open size is a name, or -1 in some exports. */
function sizeOf(size: number | string | undefined): number | undefined {
  return typeof size === 'number' && size > 0 ? size : undefined;
}

function pixelRange(text: string | undefined): PixelRange | undefined {
  return text === '0..1' || text === '-1..1' || text === '0..255' ? text : undefined;
}

function settingPort({ name, type, shape }: Metadata): SettingPort | undefined {
  const single = shape.every((size) => typeof size === 'string' || size === 1 || size < 0);
  if (!single || shape.length > 2) return undefined;
  const common = { name, shape: shape.map(() => 1) };
  const plain = originalName(name).toLowerCase();
  if (type === 'string') return { ...common, type, role: /neg/.test(plain) ? 'negativePrompt' : 'prompt' };
  if (type !== 'int64' && type !== 'int32' && type !== 'float32' && type !== 'float64') return undefined;
  const role = roles.find(([words]) => words.test(plain))?.[1];
  return role && { ...common, type, role };
}

const roles: readonly (readonly [RegExp, SettingPort['role']])[] = [
  [/seed/, 'seed'],
  [/steps?\b|num_inference/, 'steps'],
  [/guidance|cfg/, 'guidance'],
  [/strength|amount|scale|denois/, 'strength'],
];

function shapeText(shape: readonly (number | string)[]): string {
  return shape.length === 0 ? '' : ` [${shape.join(', ')}]`;
}

function unknownInputs(file: string, names: readonly string[]): Failure {
  return {
    code: 'unknown-input',
    message: `${file} needs ${names.length === 1 ? 'an input that is' : 'inputs that are'} not known here: ${names.join('; ')}.`,
    advice: 'Use a model that takes a picture and, if it likes, prompt, negative_prompt, seed, steps, guidance or strength.',
    short: 'unknown input',
  };
}

function noImage(file: string, side: 'input' | 'output', values: readonly InferenceSession.ValueMetadata[]): Failure {
  const found = values.map((value) => (value.isTensor ? `${value.name} (${value.type}${shapeText(value.shape)})` : value.name));
  return {
    code: 'no-image-port',
    message: `${file} has no ${side} for a picture of three colours; it has ${found.join('; ') || 'none'}.`,
    advice: 'Use an image-to-image model: [1, 3, height, width] or [1, height, width, 3] in and out.',
    short: 'not an editor',
  };
}
