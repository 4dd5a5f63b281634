import path from 'node:path';
import type { EngineSettings } from '../../../core/evaluation/evaluation';
import type { SamplingRecord } from '../../../core/evaluation/generation';
import type { EditRequest, EditWatch } from '../../../core/evaluation/inference';
import { fail, ok, type Result } from '../../../core/outcome';
import { editCancelled } from '../../childFailure';
import { chooseDevice, type ChosenDevice } from '../../devices/chooseDevice';
import { joinedTargets } from '../../graph/loraTargets';
import { cachePlaces } from '../../engineCache';
import { freeMemory } from '../../memory/freeMemory';
import { planMemory } from '../../memory/memoryPlan';
import { compressionOf } from '../../models/autoencoderKlQwenImage/vaeConfig';
import { modulates, type Modulation } from '../../models/qwenImageTransformer/modulation';
import { latentNoise } from '../../noise/latentNoise';
import { loadPicture, type Picture } from '../../pictures/loadPicture';
import type { EngineProcessSettings } from '../../protocol';
import { runtimeFailure } from '../../runtimeFailure';
import { flowMatchSchedule, type Schedule } from '../../scheduler/flowMatchEuler';
import { lightningConfig } from '../../scheduler/schedulerConfig';
import { versions } from '../../versions';
import { EncodingCache } from '../encodingCache';
import type { Pipeline, PipelineJob, PipelineOutput } from '../pipeline';
import { Stopwatch } from '../stopwatch';
import { openCheckpoint, type Checkpoint } from './checkpoint';
import { componentNeeds } from './componentNeeds';
import { Components } from './components';
import { componentWeights, isQuantised, packingInto } from './componentWeights';
import { Encodings, promptPicture, sourceOf, type Source, type SourceLatents } from './encodings';
import { LoraShelf, type ReadyLoras } from './loraShelf';
import { packLatents, unpackLatents } from './packing';
import { pictureOf } from './pixels';
import type { Denoiser } from './onnxTransformer';
import { Previews } from './preview';
import { noLorasOnExport, noNumbers, tooNarrow } from './refusals';
import { sample } from './sampling';
import { isTooNarrow, outputSize, usualResolution, type Size } from './sizes';

export interface CheckpointOptions {
  readonly engine: EngineSettings;
  /** A GGUF file in the place of the transformer's weights. */
  readonly transformer?: string;
  readonly settings: EngineProcessSettings;
  readonly watch: EditWatch;
}

/**
 * diffusers' QwenImageEditPlusPipeline: pictures and a prompt give a picture. Text encoder, transformer and autoencoder
 * come from a checkpoint as it lies on disk.
 */
export class QwenImageEditPlus implements Pipeline {
  static async load(folder: string, { engine, transformer, settings: { cacheFolder, memoryBytes }, watch }: CheckpointOptions): Promise<Result<Pipeline>> {
    const packing = cacheFolder === undefined ? {} : { packing: packingInto(cacheFolder, watch, 'transformer') };
    const checkpoint = await openCheckpoint(folder, { ...packing, ...(transformer === undefined ? {} : { transformer }) });
    if (!checkpoint.ok) return checkpoint;
    const chosen = await chooseDevice(engine, isStoredInHalf(checkpoint.value));
    if (!chosen.ok) return chosen;
    const weights = await componentWeights(checkpoint.value, { precision: engine.precision, cacheFolder, watch });
    if (!weights.ok) return weights;
    const components = new Components(checkpoint.value, weights.value, chosen.value);
    const precision = isQuantised(engine.precision) ? engine.precision : chosen.value.compute;
    const cache = new EncodingCache(cacheFolder === undefined ? undefined : path.join(cacheFolder, cachePlaces.encodings));
    const encodings = new Encodings(components, cache, checkpoint.value, chosen.value, precision, await versions());
    return ok(new QwenImageEditPlus(checkpoint.value, chosen.value, precision, components, encodings, memoryBytes));
  }

  readonly name = 'QwenImageEditPlusPipeline';
  readonly swapsLoras = true;
  private readonly loras: LoraShelf;
  private loadsInTurn = false;
  private modulations: { readonly key: string; readonly values: readonly Modulation[] } | undefined;

  private constructor(
    private readonly checkpoint: Checkpoint,
    private readonly chosen: ChosenDevice,
    readonly precision: string,
    private readonly components: Components,
    private readonly encodings: Encodings,
    private readonly memoryBytes: number | undefined,
  ) {
    this.loras = new LoraShelf(checkpoint.transformer.weights);
  }

  get device(): string {
    return this.chosen.device;
  }

  get warnings(): readonly string[] {
    const { transformer, autoencoder } = this.checkpoint.onnx;
    const exported = [transformer && 'transformer', autoencoder && 'autoencoder'].filter((part) => part !== undefined);
    return exported.length === 0 ? this.chosen.warnings : [...this.chosen.warnings, `An ONNX file decides its precision itself: that of ${exported.join(' and ')} is as it was exported.`];
  }

  async edit(job: PipelineJob): Promise<Result<PipelineOutput>> {
    const first = await this.attempt(job);
    if (first.ok || first.failure.code !== 'out-of-memory' || !this.components.sharesMemory || job.signal.aborted) return first;
    // The figures were too hopeful: what fitted together on paper is loaded in turn.
    this.loadsInTurn = true;
    const second = await this.attempt(job);
    return second.ok ? ok({ ...second.value, warnings: [...second.value.warnings, 'Memory ran out once; the parts of the model are now loaded one after the other.'] }) : second;
  }

  private async attempt(job: PipelineJob): Promise<Result<PipelineOutput>> {
    try {
      return await this.perform(job);
    } catch (error) {
      if (job.signal.aborted) return fail(editCancelled);
      // What the runtime threw may have left a session half done; the next edit loads anew.
      await this.components.dispose();
      return fail(runtimeFailure(error, this.chosen.device));
    }
  }

  async dispose(): Promise<void> {
    await this.components.dispose();
  }

  private async perform({ request, pictures, signal, progress }: PipelineJob): Promise<Result<PipelineOutput>> {
    const watch = new Stopwatch();
    const last = pictures.at(-1);
    if (!last) throw new Error('An edit needs a picture.');
    const size = outputSize(request, last, this.multiple);
    const resolution = request.referenceResolution ?? usualResolution;
    const narrow = pictures.findIndex((picture) => isTooNarrow(picture, resolution));
    if (narrow >= 0) return fail(tooNarrow(request.pictures[narrow] ?? '', pictures[narrow] ?? last));
    const sources = pictures.map((picture) => sourceOf(picture, resolution));
    const plan = await this.follow(size, sources);
    if (!plan.ok) return plan;
    if (request.model.loras.length > 0 && this.checkpoint.onnx.transformer !== undefined) return fail(noLorasOnExport);
    const loras = await watch.time('loras', () => this.loras.take(request.model.loras, signal));
    if (!loras.ok) return loras;
    const schedule = this.scheduleOf(request, loras.value, size);
    if (!schedule.ok) return schedule;
    const guidance = guidanceOf(request);

    progress({ stage: 'encoding' });
    const prompts = [request.prompt, ...(guidance.negativePrompt === undefined ? [] : [guidance.negativePrompt])];
    const embeddings = await watch.time('text', () => this.encodings.prompts(prompts, sources, signal));
    if (!embeddings.ok) return embeddings;
    if (this.components.loadsInTurn && this.components.isLoaded('textEncoder')) await watch.time('upcoming', () => this.encodeUpcoming(request, signal, progress));
    const latents = await watch.time('source', () => this.sourceLatents(sources, signal));
    if (!latents.ok) return latents;

    const made = await this.denoise({ request, signal, progress, watch, size, schedule: schedule.value.schedule, embeddings: embeddings.value, sources, latents: latents.value, loras: loras.value, guidance: guidance.scale });
    if (!made.ok) return made;

    progress({ stage: 'decoding' });
    const picture = await watch.time('decoding', () => this.decode(made.value, size));
    if (!picture.ok) return picture;
    return ok({
      picture: picture.value,
      warnings: [...plan.value, ...loras.value.warnings, ...guidance.warnings, ...sizeWarnings(request, size)],
      details: {
        files: this.checkpoint.files,
        loras: loras.value.records,
        sampling: samplingRecord(schedule.value, request, guidance.scale, sources),
        attention: this.chosen.attention,
        stages: watch.seconds,
      },
    });
  }

  /** Plans the memory for an edit of this size. @returns warnings */
  private async follow(output: Size, sources: readonly Source[]): Promise<Result<readonly string[]>> {
    const needs = componentNeeds(this.checkpoint, this.components.weights, this.chosen.compute, { output, sources: sources.map(({ latentSize }) => latentSize) });
    const plan = planMemory(needs, await freeMemory(this.chosen.device, this.components.heldBytes, this.memoryBytes));
    if (!plan.ok) return plan;
    await this.components.follow(this.loadsInTurn ? { ...plan.value, groups: needs.map((_, index) => [index]) } : plan.value, needs);
    return ok(plan.value.warnings);
  }

  private scheduleOf({ scheduler = 'auto', steps }: EditRequest, { isLightning }: ReadyLoras, [width, height]: Size): Result<ChosenSchedule> {
    const kind = scheduler === 'auto' ? (isLightning ? 'lightning' : 'checkpoint') : scheduler;
    const config = kind === 'lightning' ? ok(lightningConfig) : this.checkpoint.scheduler;
    if (!config.ok) return config;
    return ok({ kind, schedule: flowMatchSchedule(config.value, steps, (width / this.multiple) * (height / this.multiple)) });
  }

  /** The text encoder is here and will have to go: what later edits need of it is encoded now. */
  private async encodeUpcoming({ upcoming = [] }: EditRequest, signal: AbortSignal, progress: PipelineJob['progress']): Promise<void> {
    for (const [step, { pictures, ...asked }] of upcoming.entries()) {
      progress({ stage: 'encoding', step, steps: upcoming.length });
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      const loaded = await Promise.all(pictures.map((file) => loadPicture(file)));
      const seen = loaded.flatMap((picture) => (picture.ok ? [{ forPrompt: promptPicture(picture.value) }] : []));
      const { negativePrompt } = guidanceOf(asked);
      // What is wrong with a picture or a prompt is said when its turn comes.
      if (seen.length === pictures.length) await this.encodings.prompts([asked.prompt, ...(negativePrompt === undefined ? [] : [negativePrompt])], seen, signal);
    }
  }

  private async sourceLatents(sources: readonly Source[], signal: AbortSignal): Promise<Result<readonly SourceLatents[]>> {
    const latents: SourceLatents[] = [];
    for (const source of sources) {
      signal.throwIfAborted();
      const encoded = await this.encodings.latents(source);
      if (!encoded.ok) return encoded;
      latents.push(encoded.value);
    }
    return ok(latents);
  }

  private async denoise(job: DenoiseJob): Promise<Result<Float32Array>> {
    const { request, signal, progress, watch, size, schedule, embeddings, sources, latents, loras, guidance } = job;
    const others = await this.loras.targetsOf(request.model.otherLoras ?? []);
    const targets = joinedTargets(loras.stack?.targets ?? new Map(), others);
    const loaded = this.components.loadedDenoiser(targets);
    if (!loaded) progress({ stage: 'loading' });
    const transformer = loaded ? ok(loaded) : await watch.time('loading', () => this.components.loadDenoiser(targets));
    if (!transformer.ok) return transformer;
    signal.throwIfAborted();
    const modulations = await watch.time('modulation', () => this.modulationsOf(schedule, loras, transformer.value, signal));
    const { channels, columns, rows } = this.latentSize(size);
    const noise = packLatents({ channels, height: rows, width: columns, values: latentNoise(request.noise ?? 'philox', request.seed, channels * rows * columns) });
    const [prompt = new Float32Array(), negative] = embeddings;
    const sampled = await watch.time('sampling', () =>
      sample({
        transformer: transformer.value,
        schedule,
        modulations,
        noise,
        grid: [rows / 2, columns / 2],
        sources: latents,
        prompt,
        negative: negative && { prompt: negative, guidance },
        loras: loras.stack,
        previews: previewsOf(request, sources, latents),
        signal,
        progress,
      }),
    );
    return ok(sampled);
  }

  /** They hang on the schedule and on LoRAs that touch them, which few do: a third of all weights is not read again for the others. */
  private async modulationsOf({ times }: Schedule, { stack, records }: ReadyLoras, transformer: Denoiser, signal: AbortSignal): Promise<readonly Modulation[]> {
    const isTouched = stack !== undefined && [...stack.targets.keys()].some((path) => modulates(path));
    const key = JSON.stringify([[...times], isTouched ? records : []]);
    if (this.modulations?.key === key) return this.modulations.values;
    const values = await transformer.modulations([...times], stack, signal);
    this.modulations = { key, values };
    return values;
  }

  private async decode(tokens: Float32Array, size: Size): Promise<Result<Picture>> {
    const coder = await this.components.pictureCoder();
    if (!coder.ok) return coder;
    const { channels, columns, rows } = this.latentSize(size);
    const decoded = await coder.value.decode(unpackLatents(tokens, { channels, height: rows, width: columns }));
    if (!decoded.ok) return decoded;
    const picture = pictureOf(decoded.value);
    return picture ? ok(picture) : fail(noNumbers(this.precision));
  }

  private latentSize([width, height]: Size): { readonly channels: number; readonly columns: number; readonly rows: number } {
    const { config } = this.checkpoint.transformer;
    return { channels: config.inputs / 4, columns: (2 * width) / this.multiple, rows: (2 * height) / this.multiple };
  }

  /** Pixels of a token's side, two latents: 16. */
  private get multiple(): number {
    return 2 * compressionOf(this.checkpoint.autoencoder.config);
  }
}

interface DenoiseJob extends Pick<PipelineJob, 'request' | 'signal' | 'progress'> {
  readonly watch: Stopwatch;
  readonly size: Size;
  readonly schedule: Schedule;
  readonly embeddings: readonly Float32Array[];
  readonly sources: readonly Source[];
  readonly latents: readonly SourceLatents[];
  readonly loras: ReadyLoras;
  readonly guidance: number;
}

interface ChosenSchedule {
  readonly kind: 'checkpoint' | 'lightning';
  readonly schedule: Schedule;
}

function isStoredInHalf({ transformer: { weights } }: Checkpoint): boolean {
  return weights.find('proj_out.weight')?.type !== 'F32';
}

function previewsOf({ previewSteps }: EditRequest, sources: readonly Source[], latents: readonly SourceLatents[]): Previews | undefined {
  const [picture, encoded] = [sources.at(-1), latents.at(-1)];
  return previewSteps === undefined || !picture || !encoded ? undefined : new Previews(previewSteps, { picture, latents: encoded });
}

/** Guidance needs a scale over 1 and something to go away from, as in diffusers. */
function guidanceOf({ guidance, negativePrompt }: Pick<EditRequest, 'guidance' | 'negativePrompt'>): { readonly scale: number; readonly negativePrompt: string | undefined; readonly warnings: readonly string[] } {
  if (guidance > 1 && negativePrompt !== undefined) return { scale: guidance, negativePrompt, warnings: [] };
  return {
    scale: 1,
    negativePrompt: undefined,
    warnings: guidance > 1 ? [`Guidance ${guidance} had no effect without a negative prompt; set "negativePrompt" of the edit to " " or to what should not be seen.`] : [],
  };
}

function sizeWarnings({ width, height }: EditRequest, [made, high]: Size): readonly string[] {
  const differs = (width !== undefined && width !== made) || (height !== undefined && height !== high);
  return differs ? [`The picture is ${made}x${high}: the model makes sides that are multiples of 16.`] : [];
}

function samplingRecord({ kind, schedule }: ChosenSchedule, { noise = 'philox' }: EditRequest, guidance: number, sources: readonly Source[]): SamplingRecord {
  return { scheduler: kind, sigmas: [...schedule.sigmas], noise, guidance, sources: sources.map(({ latentSize, promptSize }) => ({ latents: latentSize, prompt: promptSize })) };
}
