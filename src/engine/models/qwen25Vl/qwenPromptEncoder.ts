import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../../core/outcome';
import type { GraphBuilder } from '../../graph/graphBuilder';
import { openGraph, type Device, type GraphSession, type NumberTensor } from '../../graph/graphSession';
import type { AttentionFlavour, ComputeType, LayerContext } from '../../graph/layers';
import type { Picture } from '../../pictures/loadPicture';
import { editPrompt, instructionTokens, type EditPrompt } from '../../text/editPrompt';
import { QwenTokenizer } from '../../text/qwenTokenizer';
import { requireTensors } from '../../weights/requireTensors';
import type { Weights } from '../../weights/weights';
import { attentionFor } from '../attentionFor';
import { readConfig } from '../readConfig';
import { qwen25VlConfig, type Qwen25VlConfig } from './config';
import { decoderGraph, decoderPorts, type LayerSection } from './decoderGraph';
import { decoderInput } from './decoderInput';
import { fitPicture, imageProcessorConfig, type ImageProcessorConfig } from './imageProcessor';
import { openTextEncoderWeights, textEncoderTensors } from './tensors';
import { visionGraph, visionPorts } from './visionGraph';
import { visionInput, type MergedGrid } from './visionInput';

export interface PromptEncoderFolders {
  readonly textEncoder: string;
  readonly tokenizer: string;
  readonly processor: string;
}

export interface PromptEncoderOptions {
  readonly device: Device;
  /** What is computed in on CUDA. The model leaves the range of float16, which is taken as bfloat16; elsewhere it is float32. */
  readonly precision: ComputeType;
  /** Other weights than those in the folder, such as quantised ones. */
  readonly weights?: Weights;
  /**
   * For short memory: only so many layers are open at a time, each opened, run and closed again for every call. All stay
   * open when left out.
   */
  readonly layersPerSession?: number;
  readonly attention?: AttentionFlavour;
  readonly threads?: number;
}

export interface PromptEmbeddings {
  /** `[tokens, width]`, without the instruction's tokens. */
  readonly embeddings: Float32Array;
  readonly tokens: number;
}

/** Qwen2.5-VL as Qwen-Image-Edit uses it: what a prompt and pictures mean, as one vector a token. */
export class QwenPromptEncoder {
  private readonly open = new Map<string, GraphSession>();

  private constructor(
    private readonly weights: Weights,
    private readonly config: Qwen25VlConfig,
    private readonly tokenizer: QwenTokenizer,
    private readonly processor: ImageProcessorConfig,
    private readonly options: PromptEncoderOptions,
  ) {}

  static async open(folders: PromptEncoderFolders, options: PromptEncoderOptions): Promise<Result<QwenPromptEncoder>> {
    const config = await readConfig(path.join(folders.textEncoder, 'config.json'), qwen25VlConfig);
    if (!config.ok) return config;
    const processor = await readConfig(path.join(folders.processor, 'preprocessor_config.json'), imageProcessorConfig);
    if (!processor.ok) return processor;
    const tokenizer = await QwenTokenizer.open(folders.tokenizer);
    if (!tokenizer.ok) return tokenizer;
    if (tokenizer.value.size > config.value.decoder.vocabulary) return fail(foreignTokenizer(tokenizer.value.size, config.value.decoder.vocabulary));
    const weights = options.weights ? ok(options.weights) : await openTextEncoderWeights(folders.textEncoder);
    if (!weights.ok) return weights;
    const wrong = requireTensors(weights.value, textEncoderTensors(config.value), 'text encoder');
    return wrong ? fail(wrong) : ok(new QwenPromptEncoder(weights.value, config.value, tokenizer.value, processor.value, options));
  }

  /** Features of a token. */
  get width(): number {
    return this.config.decoder.width;
  }

  /** @param pictures about 384² pixels each, as the pipeline scales them */
  async encode({ prompt, pictures, signal }: { readonly prompt: string; readonly pictures: readonly Picture[]; readonly signal?: AbortSignal }): Promise<Result<PromptEmbeddings>> {
    const all = await this.encodeAll([prompt], pictures, signal);
    if (!all.ok) return all;
    const [embeddings] = all.value;
    if (!embeddings) throw new Error('One prompt has one list of embeddings.');
    return ok(embeddings);
  }

  /**
   * Several prompts about the same pictures, such as a prompt and a negative one: the pictures are looked at once.
   * @param signal looked at between sections; when it says so, its reason is thrown
   */
  async encodeAll(prompts: readonly string[], pictures: readonly Picture[], signal?: AbortSignal): Promise<Result<readonly PromptEmbeddings[]>> {
    const seen = await this.look(pictures);
    if (!seen.ok) return seen;
    const { tokens, grids } = seen.value;
    const written: EditPrompt[] = [];
    for (const prompt of prompts) {
      const one = editPrompt(this.tokenizer, prompt, grids.map(({ rows, columns }) => rows * columns));
      if (!one.ok) return one;
      written.push(one.value);
    }
    const states = await this.read(written.map((prompt) => ({ ...decoderInput(prompt, grids, this.config.decoder), [decoderPorts.pictures]: tokens })), signal);
    return states.ok ? ok(states.value.map((state) => this.withoutInstruction(state))) : states;
  }

  async dispose(): Promise<void> {
    const sessions = [...this.open.values()];
    this.open.clear();
    for (const session of sessions) await session.release();
  }

  /** The tokens of all pictures in reading order. */
  private async look(pictures: readonly Picture[]): Promise<Result<{ readonly tokens: NumberTensor; readonly grids: readonly MergedGrid[] }>> {
    const { vision } = this.config;
    const fitted: Picture[] = [];
    for (const picture of pictures) {
      const one = fitPicture(picture, vision.patch * vision.merge, this.processor);
      if (!one.ok) return one;
      fitted.push(one.value);
    }
    // A row of zeros that nothing refers to: not every device takes a table without rows.
    if (fitted.length === 0) return ok({ tokens: { data: new Float32Array(this.width), dims: [1, this.width] }, grids: [] });
    const { places, grids, ...input } = visionInput(fitted, vision, this.processor);
    const session = await this.session('vision', () => visionGraph(this.context, vision));
    if (!session.ok) return session;
    const { [visionPorts.tokens]: tokens } = await session.value.run({ ...input });
    await this.done('vision');
    return ok({ tokens: inReadingOrder(tokens, places), grids });
  }

  /** Through all layers; those of one section for all prompts before the next is opened. */
  private async read(inputs: readonly Feeds[], signal: AbortSignal | undefined): Promise<Result<readonly Feeds[]>> {
    const { decoder } = this.config;
    let states = inputs;
    for (const section of this.sections) {
      signal?.throwIfAborted();
      const name = `layers ${section.first}-${section.end}`;
      const session = await this.session(name, () => decoderGraph(this.context, decoder, section));
      if (!session.ok) return session;
      const next: Feeds[] = [];
      for (const state of states) next.push({ ...state, ...handedOn(await session.value.run(state)) });
      states = next;
      await this.done(name);
    }
    return ok(states);
  }

  private withoutInstruction(state: Feeds): PromptEmbeddings {
    const embeddings = floatsOf(state[decoderPorts.tokens]).subarray(instructionTokens * this.width);
    return { embeddings, tokens: embeddings.length / this.width };
  }

  private get sections(): readonly LayerSection[] {
    const { layers } = this.config.decoder;
    const size = Math.max(1, this.options.layersPerSession ?? layers);
    return Array.from({ length: Math.ceil(layers / size) }, (_, index) => ({ first: index * size, end: Math.min(layers, (index + 1) * size) }));
  }

  private get context(): Omit<LayerContext, 'graph'> {
    const { device, precision, attention = attentionFor(device) } = this.options;
    return { weights: this.weights, compute: device === 'cuda' && precision !== 'float32' ? 'bfloat16' : 'float32', attention, loraTargets: new Set() };
  }

  private async session(name: string, build: () => GraphBuilder): Promise<Result<GraphSession>> {
    const known = this.open.get(name);
    if (known) return ok(known);
    const { device, threads } = this.options;
    const prepack = this.weights.packed?.('model.layers.0.mlp.up_proj.weight') !== undefined;
    const session = await openGraph(build(), { device, prepack, ...(threads === undefined ? {} : { threads }) });
    if (session.ok) this.open.set(name, session.value);
    return session;
  }

  /** Closes what is not to stay open. */
  private async done(name: string): Promise<void> {
    if (this.options.layersPerSession === undefined) return;
    const session = this.open.get(name);
    this.open.delete(name);
    await session?.release();
  }
}

type Feeds = Readonly<Record<string, NumberTensor>>;

function inReadingOrder(tokens: NumberTensor | undefined, places: readonly number[]): NumberTensor {
  const values = floatsOf(tokens);
  const width = values.length / places.length;
  const data = new Float32Array(values.length);
  places.forEach((place, index) => data.set(values.subarray(index * width, (index + 1) * width), place * width));
  return { data, dims: [places.length, width] };
}

/** What a section gives is what the next one takes. */
function handedOn({ [decoderPorts.next]: tokens }: Feeds): Feeds {
  return tokens ? { [decoderPorts.tokens]: tokens } : {};
}

function floatsOf(tensor: NumberTensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('The text encoder gave no numbers.');
  return tensor.data;
}

function foreignTokenizer(size: number, vocabulary: number): Failure {
  return {
    code: 'tokenizer-refused',
    message: `The tokenizer has ids up to ${size - 1}, the text encoder has ${vocabulary} words: they do not belong together.`,
    advice: 'Download the model again with all its files from one revision.',
    short: 'bad tokenizer',
  };
}
