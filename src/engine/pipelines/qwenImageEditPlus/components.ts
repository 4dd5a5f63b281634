import path from 'node:path';
import { fail, ok, type Result } from '../../../core/outcome';
import type { ChosenDevice } from '../../devices/chooseDevice';
import { joinedTargets, serves, type LoraTargets } from '../../graph/loraTargets';
import { AutoencoderKlQwenImage } from '../../models/autoencoderKlQwenImage/autoencoderKlQwenImage';
import { QwenPromptEncoder } from '../../models/qwen25Vl/qwenPromptEncoder';
import { QwenImageTransformer } from '../../models/qwenImageTransformer/qwenImageTransformer';
import type { ComponentNeed, MemoryPlan } from '../../memory/memoryPlan';
import type { Weights } from '../../weights/weights';
import type { Checkpoint } from './checkpoint';
import { OnnxAutoencoder, type PictureCoder } from './onnxAutoencoder';
import { OnnxTransformer, type Denoiser } from './onnxTransformer';

export interface ComponentWeights {
  readonly transformer: Weights;
  readonly textEncoder: Weights;
}

/** Text encoder, transformer and autoencoder of a checkpoint, each loaded when it is needed; where memory is short, only one at a time. */
export class Components {
  private textEncoder: QwenPromptEncoder | undefined;
  private autoencoder: PictureCoder | undefined;
  private transformer: { readonly model: Denoiser; readonly targets: LoraTargets } | undefined;
  private plan: MemoryPlan | undefined;
  private needs: readonly ComponentNeed[] = [];

  constructor(
    private readonly checkpoint: Checkpoint,
    readonly weights: ComponentWeights,
    private readonly chosen: ChosenDevice,
  ) {}

  /** What is loaded under another plan goes. @param needs in the order of the plan: text encoder, transformer, autoencoder */
  async follow(plan: MemoryPlan, needs: readonly ComponentNeed[]): Promise<void> {
    if (this.plan && JSON.stringify([this.plan.groups, this.plan.blocksAtOnce]) !== JSON.stringify([plan.groups, plan.blocksAtOnce])) await this.dispose();
    this.plan = plan;
    this.needs = needs;
  }

  /** Bytes that what is loaded holds, by the figures of the plan. */
  get heldBytes(): number {
    return plannedOrder.reduce((sum, name, index) => sum + (this.isLoaded(name) ? this.plannedBytes(index) : 0), 0);
  }

  private plannedBytes(index: number): number {
    const { weights = 0, blocks } = this.needs[index] ?? {};
    const atOnce = this.plan?.blocksAtOnce[index];
    return atOnce === undefined || !blocks ? weights : 0;
  }

  async promptEncoder(): Promise<Result<QwenPromptEncoder>> {
    if (this.textEncoder) return ok(this.textEncoder);
    await this.makeRoom('textEncoder');
    const at = (name: string) => path.join(this.checkpoint.folder, name);
    const { device, compute, attention } = this.chosen;
    const [layersPerSession] = this.plan?.blocksAtOnce ?? [];
    const opened = await QwenPromptEncoder.open(
      { textEncoder: at('text_encoder'), tokenizer: at('tokenizer'), processor: at('processor') },
      { device, precision: compute, attention, weights: this.weights.textEncoder, ...(layersPerSession === undefined ? {} : { layersPerSession }) },
    );
    if (opened.ok) this.textEncoder = opened.value;
    return opened;
  }

  async pictureCoder(): Promise<Result<PictureCoder>> {
    if (this.autoencoder) return ok(this.autoencoder);
    await this.makeRoom('autoencoder');
    const { device, attention } = this.chosen;
    const { onnx, autoencoder } = this.checkpoint;
    const opened: Result<PictureCoder> = onnx.autoencoder ? ok(new OnnxAutoencoder(onnx.autoencoder, autoencoder.config, device)) : await AutoencoderKlQwenImage.open(path.join(this.checkpoint.folder, 'vae'), { device, attention });
    if (opened.ok) this.autoencoder = opened.value;
    return opened;
  }

  /** The transformer, where it is loaded with a branch for each of the modules that LoRAs touch. */
  loadedDenoiser(targets: LoraTargets): Denoiser | undefined {
    const known = this.transformer;
    return known && serves(known.targets, targets) ? known.model : undefined;
  }

  /** Loads the transformer with those branches and the ones that it had. */
  async loadDenoiser(targets: LoraTargets): Promise<Result<Denoiser>> {
    const known = this.transformer;
    await this.release('transformer');
    await this.makeRoom('transformer');
    const { device, compute, attention } = this.chosen;
    const [, blocksPerSession] = this.plan?.blocksAtOnce ?? [];
    const all = joinedTargets(known?.targets ?? new Map(), targets);
    const { onnx, transformer: { config } } = this.checkpoint;
    const opened: Result<Denoiser> = onnx.transformer ? await OnnxTransformer.open(onnx.transformer, config, device) : await QwenImageTransformer.open(this.weights.transformer, config, {
      device,
      precision: compute,
      attention,
      loraTargets: all,
      ...(blocksPerSession === undefined ? {} : { blocksPerSession }),
    });
    if (!opened.ok) return fail(opened.failure);
    this.transformer = { model: opened.value, targets: all };
    return opened;
  }

  /** Whether the text encoder has to go before the transformer can come. */
  get loadsInTurn(): boolean {
    return (this.plan?.groups.length ?? 1) > 1;
  }

  /** Whether several components may be loaded at the same time. */
  get sharesMemory(): boolean {
    return this.plan?.groups.some((group) => group.length > 1) ?? false;
  }

  /** Whether the next use would have to load it first. */
  isLoaded(name: ComponentName): boolean {
    return this[name] !== undefined;
  }

  async dispose(): Promise<void> {
    for (const name of plannedOrder) await this.release(name);
  }

  private async makeRoom(wanted: ComponentName): Promise<void> {
    const group = this.plan?.groups.find((indices) => indices.some((index) => plannedOrder[index] === wanted)) ?? [];
    const stay = group.map((index) => plannedOrder[index]);
    for (const name of plannedOrder) if (!stay.includes(name)) await this.release(name);
  }

  private async release(name: ComponentName): Promise<void> {
    const { textEncoder, autoencoder, transformer } = this;
    this[name] = undefined;
    if (name === 'textEncoder') await textEncoder?.dispose();
    else if (name === 'autoencoder') await autoencoder?.dispose();
    else await transformer?.model.dispose();
  }
}

const plannedOrder = ['textEncoder', 'transformer', 'autoencoder'] as const;

export type ComponentName = (typeof plannedOrder)[number];
