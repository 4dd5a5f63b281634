import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../../core/outcome';
import type { Device, NumberTensor } from '../../graph/graphSession';
import type { AttentionFlavour, ComputeType, LayerContext } from '../../graph/layers';
import type { Picture } from '../../pictures/loadPicture';
import { editPrompt, instructionTokens, type EditPrompt } from '../../text/editPrompt';
import { QwenTokenizer } from '../../text/qwenTokenizer';
import { requireTensors } from '../../weights/requireTensors';
import type { Weights } from '../../weights/weights';
import { attentionFor } from '../attentionFor';
import { readConfig } from '../readConfig';
import { sectionsOf } from '../sections';
import { qwen25VlConfig, type Qwen25VlConfig } from './config';
import { decoderGraph, decoderPorts } from './decoderGraph';
import { decoderInput } from './decoderInput';
import { fitPicture, imageProcessorConfig, type ImageProcessorConfig } from './imageProcessor';
import { LayerSessions, type Feeds } from './layerSessions';
import { decoderLayerPath, openTextEncoderWeights, textEncoderTensors } from './tensors';
import { visionGraph, visionPorts } from './visionGraph';
import { visionInput, type VisionInput } from './visionInput';

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
  private readonly sessions: LayerSessions;

  private constructor(
    private readonly weights: Weights,
    private readonly config: Qwen25VlConfig,
    private readonly tokenizer: QwenTokenizer,
    private readonly processor: ImageProcessorConfig,
    private readonly options: PromptEncoderOptions,
  ) {
    const { device, threads, layersPerSession } = options;
    const prepack = weights.packed?.(`${decoderLayerPath(0)}.mlp.up_proj.weight`) !== undefined;
    this.sessions = new LayerSessions({ device, prepack, ...(threads === undefined ? {} : { threads }) }, layersPerSession === undefined);
  }

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
    const { decoder, vision } = this.config;
    const fitted: Picture[] = [];
    for (const picture of pictures) {
      const one = fitPicture(picture, vision.patch * vision.merge, this.processor);
      if (!one.ok) return one;
      fitted.push(one.value);
    }
    const input = visionInput(fitted, vision, this.processor);
    const written: EditPrompt[] = [];
    for (const prompt of prompts) {
      const one = editPrompt(this.tokenizer, prompt, input.grids.map(({ rows, columns }) => rows * columns));
      if (!one.ok) return one;
      written.push(one.value);
    }
    const seen = await this.look(input, signal);
    if (!seen.ok) return seen;
    const states = written.map((prompt) => ({ ...decoderInput(prompt, input.grids, decoder), [decoderPorts.pictures]: seen.value }));
    const sections = sectionsOf(decoder.layers, this.options.layersPerSession ?? decoder.layers);
    const read = await this.sessions.run('decoder', sections, (section) => decoderGraph(this.context, decoder, section), states, signal);
    return read.ok ? ok(read.value.map((state) => this.withoutInstruction(state))) : read;
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }

  /** The tokens of all pictures in reading order. */
  private async look({ places, grids: _, ...input }: VisionInput, signal: AbortSignal | undefined): Promise<Result<NumberTensor>> {
    const { vision } = this.config;
    // A row of zeros that nothing refers to: not every device takes a table without rows.
    if (places.length === 0) return ok({ data: new Float32Array(this.width), dims: [1, this.width] });
    const sections = sectionsOf(vision.blocks, this.blocksPerSession);
    const looked = await this.sessions.run('vision', sections, (section) => visionGraph(this.context, vision, section), [{ ...input }], signal);
    return looked.ok ? ok(inReadingOrder(looked.value[0]?.[visionPorts.tokens], places)) : looked;
  }

  /** As many blocks of the vision tower as need the memory of the decoder's layers that may be open at a time. */
  private get blocksPerSession(): number {
    const { decoder, vision } = this.config;
    const { layersPerSession } = this.options;
    if (layersPerSession === undefined) return vision.blocks;
    return Math.floor((layersPerSession * decoder.width * decoder.inner) / (vision.width * vision.inner));
  }

  private withoutInstruction(state: Feeds): PromptEmbeddings {
    const embeddings = floatsOf(state[decoderPorts.tokens]).subarray(instructionTokens * this.width);
    return { embeddings, tokens: embeddings.length / this.width };
  }

  private get context(): Omit<LayerContext, 'graph'> {
    const { device, precision, attention = attentionFor(device) } = this.options;
    return { weights: this.weights, compute: device === 'cuda' && precision !== 'float32' ? 'bfloat16' : 'float32', attention, loraTargets: new Map() };
  }
}

function inReadingOrder(tokens: NumberTensor | undefined, places: readonly number[]): NumberTensor {
  const values = floatsOf(tokens);
  const width = values.length / places.length;
  const data = new Float32Array(values.length);
  places.forEach((place, index) => data.set(values.subarray(index * width, (index + 1) * width), place * width));
  return { data, dims: [places.length, width] };
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
