import path from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EngineSettings } from '../../core/evaluation/evaluation';
import type { EditRequest, LocalModel } from '../../core/evaluation/inference';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { editCancelled } from '../childFailure';
import type { FileRecord } from '../../core/evaluation/generation';
import type { OnnxHeader } from '../graph/modelHeader';
import type { Picture } from '../pictures/loadPicture';
import { cropPicture, framePicture, padPicture, resizePicture, type Framed } from '../pictures/resizePicture';
import { fromValues, toValues } from '../pictures/tensor';
import { fileRecord } from '../weights/fileRecord';
import { openSession } from './onnxSession';
import { readSignature, type ImagePort, type SettingPort, type Signature } from './onnxSignature';
import type { Pipeline, PipelineJob, PipelineOutput } from './pipeline';
import { onnxRuntime } from '../runtime';

/** A model in one `.onnx` file that takes a picture, and maybe words and numbers, and gives a picture. */
export class OnnxImageToImage implements Pipeline {
  static async load(model: LocalModel, header: OnnxHeader, engine: EngineSettings): Promise<Result<Pipeline>> {
    const name = path.basename(model.path);
    const opened = await openSession(model.path, engine.device);
    if (!opened.ok) return opened;
    const { session, device, warnings } = opened.value;
    const signature = readSignature(session, { metadata: header.metadata, range: model.range }, name);
    if (!signature.ok) {
      await session.release();
      return signature;
    }
    const multiple = Math.max(1, Math.trunc(Number(header.metadata.get('evalmark.multiple') ?? 1)) || 1);
    const said = engine.precision === 'auto' || engine.precision === 'float32' ? [] : [`A single ONNX file decides its precision itself; ${engine.precision} was not applied.`];
    const record = await fileRecord(path.dirname(model.path), name);
    return ok(new OnnxImageToImage(record, session, signature.value, multiple, device, [...warnings, ...said]));
  }

  readonly name = 'onnx';
  readonly precision = 'float32';
  readonly swapsLoras = false;

  private constructor(
    private readonly file: FileRecord,
    private readonly session: InferenceSession,
    private readonly signature: Signature,
    private readonly multiple: number,
    readonly device: string,
    readonly warnings: readonly string[],
  ) {}

  async edit({ request, pictures, signal, progress }: PipelineJob): Promise<Result<PipelineOutput>> {
    const [source] = pictures;
    const [port] = this.signature.images;
    if (!source || !port) throw new Error('An edit needs a picture.');
    const warnings: string[] = [];
    if (pictures.length > this.signature.images.length) warnings.push(`${this.file.file} takes ${this.signature.images.length} picture(s); the rest was left out.`);
    const target = targetSize(source, request);
    const framed = await this.framed(source, port, target, warnings);
    const feeds = await this.feeds(framed, pictures, request);
    if (signal.aborted) return fail(editCancelled);

    progress({ stage: 'sampling', step: 0, steps: 1 });
    const begun = performance.now();
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.session.run(feeds, [this.signature.output.name]);
    } catch (error) {
      return fail(runFailed(this.file.file, framed.picture, error));
    }
    const sampling = Math.round(performance.now() - begun) / 1000;
    progress({ stage: 'sampling', step: 1, steps: 1 });
    if (signal.aborted) return fail(editCancelled);

    progress({ stage: 'decoding' });
    const picture = this.pictureOf(results[this.signature.output.name], warnings);
    if (!picture.ok) return picture;
    const enlarges = request.width === undefined && request.height === undefined && picture.value.width > framed.picture.width;
    return ok({
      picture: await unframed(picture.value, framed, enlarges ? undefined : target),
      warnings,
      details: { files: [this.file], loras: [], stages: { sampling } },
    });
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }

  /** The picture in a size that the model takes. */
  private async framed(source: Picture, port: ImagePort, target: Size, warnings: string[]): Promise<Framed> {
    if (port.width !== undefined || port.height !== undefined) {
      const width = port.width ?? target.width;
      const height = port.height ?? target.height;
      if (source.width !== width || source.height !== height) {
        warnings.push(`${this.file.file} takes only ${width}x${height}: the picture was fitted into that, and the result scaled back to ${target.width}x${target.height}.`);
      }
      return framePicture(source, width, height);
    }
    if (Math.abs(Math.log((target.width / target.height) * (source.height / source.width))) > 0.02) {
      warnings.push(`The picture was cut to the shape of ${target.width}x${target.height}.`);
    }
    const sized = await resizePicture(source, target.width, target.height);
    const up = (size: number) => Math.ceil(size / this.multiple) * this.multiple;
    return { picture: await padPicture(sized, up(sized.width), up(sized.height)), inside: { left: 0, top: 0, width: sized.width, height: sized.height } };
  }

  private async feeds(framed: Framed, pictures: readonly Picture[], request: EditRequest): Promise<Record<string, Tensor>> {
    const { Tensor } = await onnxRuntime();
    const feeds: Record<string, Tensor> = {};
    for (const [index, port] of this.signature.images.entries()) {
      const further = index === 0 ? undefined : pictures[index];
      const picture = further ? (await framePicture(further, framed.picture.width, framed.picture.height)).picture : framed.picture;
      const values = toValues(picture, port.layout, port.range);
      const { width, height } = picture;
      const shape = port.layout === 'NCHW' ? [3, height, width] : [height, width, 3];
      const dims = port.single ? shape : [1, ...shape];
      feeds[port.name] = port.type === 'uint8' ? new Tensor('uint8', Uint8Array.from(values, (value) => Math.round(value)), dims) : new Tensor('float32', values, dims);
    }
    for (const port of this.signature.settings) feeds[port.name] = settingTensor(Tensor, port, request);
    return feeds;
  }

  private pictureOf(tensor: Tensor | undefined, warnings: string[]): Result<Picture> {
    const { layout, single, range, type } = this.signature.output;
    const dims = single ? (tensor?.dims ?? []) : (tensor?.dims.slice(1) ?? []);
    const [height, width, channels] = layout === 'NCHW' ? [dims[1], dims[2], dims[0]] : [dims[0], dims[1], dims[2]];
    if (!tensor || !width || !height || channels !== 3) return fail(badOutput(this.file.file, `a tensor of the shape [${tensor?.dims.join(', ') ?? ''}]`));
    const { picture, notNumbers, outside } = fromValues(tensor.data as Float32Array | Uint8Array, width, height, layout, type === 'uint8' ? '0..255' : range);
    const count = width * height * 3;
    if (notNumbers > 0) return fail(badOutput(this.file.file, `values that are no numbers (${((100 * notNumbers) / count).toFixed(1)} %)`));
    if (outside > count / 100) {
      warnings.push(`${Math.round((100 * outside) / count)} % of the values lay outside ${range} and were cut off; if the output looks wrong, set "range" of the model in evaluation.json.`);
    }
    return ok(picture);
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What was asked for; a size given on one side only keeps the picture's shape. */
function targetSize(source: Picture, { width, height }: EditRequest): Size {
  if (width !== undefined) return { width, height: height ?? Math.max(1, Math.round((source.height * width) / source.width)) };
  return height === undefined ? source : { width: Math.max(1, Math.round((source.width * height) / source.height)), height };
}

/** Models that enlarge give a larger frame; the borders grow with it. */
async function unframed(output: Picture, { picture: frame, inside }: Framed, target: Size | undefined): Promise<Picture> {
  const across = output.width / frame.width;
  const along = output.height / frame.height;
  const left = Math.round(inside.left * across);
  const top = Math.round(inside.top * along);
  const cropped = await cropPicture(output, {
    left,
    top,
    width: Math.max(1, Math.min(output.width - left, Math.round(inside.width * across))),
    height: Math.max(1, Math.min(output.height - top, Math.round(inside.height * along))),
  });
  return target ? resizePicture(cropped, target.width, target.height) : cropped;
}

function settingTensor(TensorClass: typeof Tensor, { role, type, shape }: SettingPort, request: EditRequest): Tensor {
  const value = { prompt: request.prompt, negativePrompt: request.negativePrompt ?? '', seed: request.seed, steps: request.steps, guidance: request.guidance, strength: 1 }[role];
  if (type === 'string') return new TensorClass('string', [String(value)], shape);
  const number = Number(value);
  switch (type) {
    case 'int64':
      return new TensorClass('int64', BigInt64Array.of(BigInt(Math.trunc(number))), shape);
    case 'int32':
      return new TensorClass('int32', Int32Array.of(number), shape);
    case 'float32':
      return new TensorClass('float32', Float32Array.of(number), shape);
    case 'float64':
      return new TensorClass('float64', Float64Array.of(number), shape);
  }
}

function runFailed(name: string, { width, height }: Picture, error: unknown): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  const memory = /alloc|out of memory/i.test(detail);
  return {
    code: memory ? 'out-of-memory' : 'model-failed',
    message: memory ? `There was not enough memory to run ${name} at ${width}x${height}.` : `${name} failed at ${width}x${height}: ${(detail.split('\n')[0] ?? '').slice(0, 200)}.`,
    advice: memory
      ? 'Set a smaller width and height under "sampler" in evaluation.json, or close other programs.'
      : 'Set another width and height under "sampler" in evaluation.json (many models want multiples of 8 or 64), or another device.',
    short: memory ? 'out of memory' : 'model failed',
    detail,
  };
}

function badOutput(name: string, what: string): Failure {
  return {
    code: 'bad-output',
    message: `${name} gave ${what} instead of a picture.`,
    advice: 'Try another device or precision in evaluation.json; if it stays, the model does not fit.',
    short: 'bad output',
  };
}
