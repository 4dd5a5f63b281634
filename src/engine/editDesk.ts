import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EditRequest, EditResult, EditWatch } from '../core/evaluation/inference';
import { fail, ok, type Result } from '../core/outcome';
import { editCancelled } from './childFailure';
import { MemoryWatch } from './memory/memoryWatch';
import { loadPicture, type Picture } from './pictures/loadPicture';
import { savePicture } from './pictures/savePicture';
import type { Pipeline } from './pipelines/pipeline';
import { pipelineFor } from './pipelines/pipelineFor';
import type { EngineProcessSettings } from './protocol';
import { versions } from './versions';

/** Does edits one after the other and keeps the model of the last one loaded. */
export class EditDesk {
  private loaded: { readonly key: string; readonly loras: string; readonly pipeline: Pipeline } | undefined;
  private readonly memory = new MemoryWatch();
  /** Models that failed on the device that was chosen for them, with the words about it. */
  private readonly processorOnly = new Map<string, string>();
  private settings: EngineProcessSettings = {};

  open(settings: EngineProcessSettings): void {
    this.settings = settings;
  }

  async edit(request: EditRequest, watch: EditWatch): Promise<Result<EditResult>> {
    const key = await keyOf(request);
    const first = await this.attempt(request, key, watch);
    const device = this.loaded?.pipeline.device ?? 'cpu';
    const mayFallBack = request.engine.device === 'auto' && device !== 'cpu' && !watch.signal.aborted;
    if (first.ok || !mayFallBack || !deviceFailures.has(first.failure.code)) return first;
    this.processorOnly.set(key, `${device} failed (${first.failure.message}) The processor is used instead.`);
    await this.forget();
    return this.attempt(request, key, watch);
  }

  private async attempt(request: EditRequest, key: string, { signal, progress }: EditWatch): Promise<Result<EditResult>> {
    const begun = performance.now();
    const cached = this.fits(request, key);
    if (!cached) progress({ stage: 'loading' });
    const pipeline = await this.pipeline(request, key, { signal, progress });
    if (!pipeline.ok) return pipeline;
    const loadSeconds = cached ? 0 : secondsSince(begun);
    if (signal.aborted) return fail(editCancelled);

    const started = performance.now();
    await this.memory.start(pipeline.value.device === 'cuda' ? 'vram' : 'ram');
    try {
      progress({ stage: 'encoding' });
      const pictures = await loadPictures(request.pictures);
      if (!pictures.ok) return pictures;
      if (signal.aborted) return fail(editCancelled);
      const output = await pipeline.value.edit({ request, pictures: pictures.value, signal, progress });
      if (!output.ok) return output;
      if (signal.aborted) return fail(editCancelled);
      progress({ stage: 'saving' });
      const saving = performance.now();
      await mkdir(path.dirname(request.output), { recursive: true });
      const saved = await savePicture(request.output, output.value.picture);
      if (!saved.ok) return saved;
      const savingSeconds = secondsSince(saving);
      const { name, device, precision, warnings } = pipeline.value;
      const { stages, ...details } = output.value.details;
      // A checkpoint's transformer is loaded in the middle of the edit, after the text encoder.
      const loading = stages['loading'] ?? 0;
      const editSeconds = secondsSince(started) - loading;
      const memory = await this.memory.stop();
      const fallback = this.processorOnly.get(key);
      return ok({
        sha256: saved.value,
        width: output.value.picture.width,
        height: output.value.picture.height,
        loadSeconds: rounded(loadSeconds + loading),
        editSeconds: rounded(editSeconds),
        memory: memory.use,
        device,
        precision,
        warnings: [...new Set([...(fallback === undefined ? [] : [fallback]), ...warnings, ...output.value.warnings, ...memory.warnings])],
        versions: await versions(device),
        record: { pipeline: name, ...details, stages: { ...stages, saving: savingSeconds } },
      });
    } finally {
      await this.memory.stop();
    }
  }

  private async pipeline(request: EditRequest, key: string, watch: EditWatch): Promise<Result<Pipeline>> {
    if (this.loaded && this.fits(request, key)) return ok(this.loaded.pipeline);
    await this.forget();
    const engine = this.processorOnly.has(key) ? { ...request.engine, device: 'cpu' as const } : request.engine;
    const made = await pipelineFor({ model: request.model, engine }, this.settings, watch);
    if (made.ok) this.loaded = { key, loras: lorasOf(request), pipeline: made.value };
    return made;
  }

  private async forget(): Promise<void> {
    const former = this.loaded;
    this.loaded = undefined;
    await former?.pipeline.dispose();
  }

  private fits(request: EditRequest, key: string): boolean {
    return this.loaded?.key === key && (this.loaded.pipeline.swapsLoras || this.loaded.loras === lorasOf(request));
  }
}

/** What the processor may do better. */
const deviceFailures = new Set(['out-of-memory', 'memory-short', 'graph-refused', 'device-failed', 'engine-error', 'bad-output']);

/** A model that was replaced on the disk is another model. */
async function keyOf({ model, engine }: EditRequest): Promise<string> {
  const transformer = model.transformer === undefined ? [] : [model.transformer, await stampOf(model.transformer)];
  return JSON.stringify([model.path, model.range, engine, await stampOf(model.path), ...transformer]);
}

function lorasOf({ model }: EditRequest): string {
  return JSON.stringify(model.loras);
}

/** Size and time of a file, or of all files of a checkpoint's components. */
async function stampOf(place: string): Promise<string> {
  const found = await stat(place).catch(() => undefined);
  if (!found?.isDirectory()) return `${found?.size} ${found?.mtimeMs}`;
  const entries = (await readdir(place, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const inside = await Promise.all(folders.map(async (folder) => (await readdir(path.join(place, folder))).map((name) => path.join(folder, name))));
  const files = [...entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name), ...inside.flat()].sort();
  const stamps = await Promise.all(files.map(async (file) => stat(path.join(place, file)).then(({ size, mtimeMs }) => `${file} ${size} ${mtimeMs}`, () => file)));
  return stamps.join('\n');
}

async function loadPictures(files: readonly string[]): Promise<Result<readonly Picture[]>> {
  const pictures: Picture[] = [];
  for (const file of files) {
    const loaded = await loadPicture(file);
    if (!loaded.ok) return loaded;
    pictures.push(loaded.value);
  }
  return ok(pictures);
}

function secondsSince(start: number): number {
  return rounded((performance.now() - start) / 1000);
}

/** To the millisecond. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
