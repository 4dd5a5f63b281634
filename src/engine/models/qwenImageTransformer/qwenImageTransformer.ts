import { fail, ok, type Result } from '../../../core/outcome';
import { openGraph, type Device, type GraphSession, type NumberTensor } from '../../graph/graphSession';
import type { GraphBuilder } from '../../graph/graphBuilder';
import type { AttentionFlavour, ComputeType, LayerContext } from '../../graph/layers';
import { branchFeeds, moduleOfInput, type LayerChange } from '../../graph/loraBranch';
import { lowRankOnly, type LoraTargets } from '../../graph/loraTargets';
import { requireTensors, type ExpectedTensors } from '../../weights/requireTensors';
import type { Weights } from '../../weights/weights';
import { attentionFor } from '../attentionFor';
import { sectionsOf } from '../sections';
import { ports, sectionGraph } from './blockGraph';
import type { QwenImageTransformerConfig } from './config';
import { arrangeModulation, conditioningGraph, modulationGraph, modulationGroups, type Modulation } from './modulation';
import { rotaryTables, timestepVectors, type ImageShape, type RotaryTables } from './positions';
import { blockPath, transformerTensors } from './tensors';

export interface TransformerOptions {
  readonly device: Device;
  /** What is computed in where the device can; the processor computes in float32 whatever the checkpoint holds. */
  readonly precision: ComputeType;
  /** Modules that any LoRA of the stacks to come touches, and how. */
  readonly loraTargets: LoraTargets;
  /**
   * For short memory: only so many blocks are open at a time, each opened, run and closed again at every prediction.
   * All blocks stay open when left out.
   */
  readonly blocksPerSession?: number;
  /** What the self-test of the device found right; by the device when left out. */
  readonly attention?: AttentionFlavour;
  readonly threads?: number;
}

/** One or more LoRAs on top of each other, scales folded in. */
export interface LayerChanges {
  /** Undefined where no LoRA touches the module. */
  change(modulePath: string): LayerChange | undefined;
}

export interface PredictInput {
  /** `[tokens, 64]`: packed latents of the picture that is made, then of each reference picture. */
  readonly latents: Float32Array;
  /** Of each picture in that order. */
  readonly imageShapes: readonly ImageShape[];
  /** `[n, joint]` */
  readonly prompt: Float32Array;
  readonly modulation: Modulation;
  readonly loras?: LayerChanges;
  /** Looked at between sections; when it says so, the prediction throws its reason. */
  readonly signal?: AbortSignal;
}

/** diffusers' QwenImageTransformer2DModel for one prompt at a time: predicts which way the latents flow. */
export class QwenImageTransformer {
  static async open(weights: Weights, config: QwenImageTransformerConfig, options: TransformerOptions): Promise<Result<QwenImageTransformer>> {
    const wrong = requireTensors(weights, transformerTensors(config), 'transformer');
    if (wrong) return fail(wrong);
    const transformer = new QwenImageTransformer(weights, config, options);
    if (options.blocksPerSession !== undefined) return ok(transformer);
    const opened = await transformer.openResident();
    return opened.ok ? ok(transformer) : opened;
  }

  private resident: GraphSession | undefined;
  private readonly tensors: ExpectedTensors;
  private readonly tables = new Map<string, RotaryTables>();

  private constructor(
    private readonly weights: Weights,
    private readonly config: QwenImageTransformerConfig,
    private readonly options: TransformerOptions,
  ) {
    this.tensors = transformerTensors(config);
  }

  /** @param sigma point on the way, 1 noise and 0 picture, as the reference hands it on (timestep / 1000) */
  async modulation(sigma: number, loras?: LayerChanges): Promise<Modulation> {
    const [modulation] = await this.modulations([sigma], loras);
    if (!modulation) throw new Error('One point has one modulation.');
    return modulation;
  }

  /**
   * All points of a schedule at once: the weights, a third of all, are read once for them, a few at a time. With CUDA
   * there, else on the processor in float32: it is a few products of a vector and a matrix.
   *
   * @param signal looked at between them; when it says so, its reason is thrown
   */
  async modulations(sigmas: readonly number[], loras?: LayerChanges, signal?: AbortSignal): Promise<readonly Modulation[]> {
    const { config, weights } = this;
    const points = config.zeroConditioning ? [...sigmas, 0] : sigmas;
    const device = this.options.device === 'cuda' ? 'cuda' : 'cpu';
    const context = this.context(device === 'cuda' ? this.compute : 'float32');
    const conditioning = await this.once(conditioningGraph(context), { timesteps: timestepVectors(points) }, device, loras);
    const outputs = new Map<string, Float32Array>();
    for (const modules of modulationGroups(weights, config)) {
      signal?.throwIfAborted();
      const vectors = await this.once(modulationGraph(context, config, modules), conditioning, device, loras);
      for (const path of modules) outputs.set(path, vectors[`${path}.vectors`]?.data as Float32Array);
    }
    return sigmas.map((_, point) => arrangeModulation(outputs, config, config.zeroConditioning ? [point, sigmas.length] : [point]));
  }

  /** @returns `[tokens of the first picture, 64]`, the velocity of the picture that is made */
  async predict(input: PredictInput): Promise<Float32Array> {
    const [velocity] = await this.predictAll([input]);
    if (!velocity) throw new Error('One input has one prediction.');
    return velocity;
  }

  /** Several predictions, such as with and without a prompt; while blocks are streamed, each is opened once for all of them. */
  async predictAll(inputs: readonly PredictInput[]): Promise<readonly Float32Array[]> {
    const { resident, config, options } = this;
    let states = inputs.map((input) => this.feeds(input));
    const sections = resident ? [{ first: 0, end: config.layers }] : sectionsOf(config.layers, options.blocksPerSession ?? config.layers);
    for (const section of sections) {
      inputs.forEach(({ signal }) => signal?.throwIfAborted());
      const session = resident ?? (await this.session(sectionGraph(this.context(this.compute), config, section), options.device));
      try {
        states = await this.through(session, states, inputs);
      } finally {
        if (!resident) await session.release();
      }
    }
    return states.map((state) => state[ports.velocity]?.data as Float32Array);
  }

  async dispose(): Promise<void> {
    const { resident } = this;
    this.resident = undefined;
    await resident?.release();
  }

  private async through(session: GraphSession, states: readonly Feeds[], inputs: readonly PredictInput[]): Promise<Feeds[]> {
    const next: Feeds[] = [];
    for (const [index, state] of states.entries()) {
      const results = await session.run({ ...state, ...this.loraFeeds(session, this.options.device, inputs[index]?.loras) });
      next.push({ ...state, ...handedOn(results) });
    }
    return next;
  }

  private async openResident(): Promise<Result<GraphSession>> {
    const { config, options } = this;
    const graph = sectionGraph(this.context(this.compute), config, { first: 0, end: config.layers });
    const opened = await this.opened(graph, options.device);
    if (opened.ok) this.resident = opened.value;
    return opened;
  }

  private async session(graph: GraphBuilder, device: Device): Promise<GraphSession> {
    const opened = await this.opened(graph, device);
    if (!opened.ok) throw new Error(opened.failure.detail ?? opened.failure.message);
    return opened.value;
  }

  private opened(graph: GraphBuilder, device: Device): Promise<Result<GraphSession>> {
    const { threads } = this.options;
    return openGraph(graph, { device, prepack: this.isPacked, ...(threads === undefined ? {} : { threads }) });
  }

  /** Opens a graph, runs it and closes it. */
  private async once(graph: GraphBuilder, feeds: Feeds, device: Device, loras: LayerChanges | undefined): Promise<Feeds> {
    const session = await this.session(graph, device);
    try {
      return await session.run({ ...feeds, ...this.loraFeeds(session, device, loras) });
    } finally {
      await session.release();
    }
  }

  private feeds({ latents, imageShapes, prompt, modulation }: PredictInput): Feeds {
    const { config } = this;
    const counts = imageShapes.map(([frames, rows, columns]) => frames * rows * columns);
    const [target = 0] = counts;
    const tokens = counts.reduce((sum, count) => sum + count, 0);
    if (latents.length !== tokens * config.inputs) throw new Error(`Pictures of ${tokens} tokens have ${tokens * config.inputs} numbers, not ${latents.length}.`);
    const promptTokens = prompt.length / config.joint;
    return {
      ...Object.fromEntries(modulation),
      [ports.latents]: { data: latents, dims: [tokens, config.inputs] },
      [ports.prompt]: { data: prompt, dims: [promptTokens, config.joint] },
      ...this.rotary(imageShapes, promptTokens),
      [ports.target]: { data: BigInt64Array.of(BigInt(target)), dims: [1] },
      [ports.modulationRows]: { data: BigInt64Array.from({ length: tokens }, (_, token) => (token < target ? 0n : 1n)), dims: [tokens] },
    };
  }

  private rotary(shapes: readonly ImageShape[], promptTokens: number): RotaryTables {
    const key = `${shapes.join(';')} ${promptTokens}`;
    const known = this.tables.get(key);
    if (known) return known;
    // A picture with and without its prompt, and the next one.
    if (this.tables.size >= 4) this.tables.clear();
    const tables = rotaryTables(shapes, promptTokens, this.config.axes);
    this.tables.set(key, tables);
    return tables;
  }

  /** For every branch of the graph its numbers; such as change nothing where the stack leaves the module alone. */
  private loraFeeds({ inputNames }: GraphSession, device: Device, loras: LayerChanges | undefined): Feeds {
    const feeds: Record<string, NumberTensor> = {};
    for (const name of inputNames) {
      const path = moduleOfInput(name);
      if (path === undefined) continue;
      const [rows = 0, columns = 0] = this.tensors.get(`${path}.weight`) ?? [];
      Object.assign(feeds, branchFeeds(path, this.options.loraTargets.get(path) ?? lowRankOnly, { rows, columns }, loras?.change(path) ?? {}, device));
    }
    return feeds;
  }

  private context(compute: ComputeType): Omit<LayerContext, 'graph'> {
    const { loraTargets, device, attention = attentionFor(device) } = this.options;
    return { weights: this.weights, compute, attention, loraTargets };
  }

  private get compute(): ComputeType {
    const { device, precision } = this.options;
    if (device === 'cpu') return 'float32';
    // No other device than CUDA knows bfloat16.
    return precision === 'bfloat16' && device !== 'cuda' ? 'float32' : precision;
  }

  private get isPacked(): boolean {
    return this.weights.packed?.(`${blockPath(0)}.attn.to_q.weight`) !== undefined;
  }
}

type Feeds = Readonly<Record<string, NumberTensor>>;

/** What a section gives is what the next one takes. */
function handedOn(results: Feeds): Feeds {
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name.replace(/\.next$/, ''), tensor]));
}
