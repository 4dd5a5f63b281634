import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EditRequest, EditResult, EditWatch } from '../core/evaluation/inference';
import { fail, ok, type Result } from '../core/outcome';
import { editCancelled } from './childFailure';
import { MemoryWatch } from './memory/memoryWatch';
import { loadPicture, type Picture } from './pictures/loadPicture';
import { savePicture } from './pictures/savePicture';
import type { Pipeline } from './pipelines/pipeline';
import { pipelineFor } from './pipelines/pipelineFor';
import { versions } from './versions';

/** Does edits one after the other and keeps the model of the last one loaded. */
export class EditDesk {
  private loaded: { readonly key: string; readonly pipeline: Pipeline } | undefined;
  private readonly memory = new MemoryWatch();

  async edit(request: EditRequest, { signal, progress }: EditWatch): Promise<Result<EditResult>> {
    const begun = performance.now();
    const cached = this.loaded?.key === (await keyOf(request));
    if (!cached) progress({ stage: 'loading' });
    const pipeline = await this.pipeline(request);
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
      await mkdir(path.dirname(request.output), { recursive: true });
      const saved = await savePicture(request.output, output.value.picture);
      if (!saved.ok) return saved;
      const { device, precision, warnings } = pipeline.value;
      const editSeconds = secondsSince(started);
      const memory = await this.memory.stop();
      return ok({
        sha256: saved.value,
        width: output.value.picture.width,
        height: output.value.picture.height,
        loadSeconds,
        editSeconds,
        memory: memory.use,
        device,
        precision,
        warnings: [...new Set([...warnings, ...output.value.warnings, ...memory.warnings])],
        versions: await versions(),
      });
    } finally {
      await this.memory.stop();
    }
  }

  private async pipeline(request: EditRequest): Promise<Result<Pipeline>> {
    const key = await keyOf(request);
    if (this.loaded?.key === key) return ok(this.loaded.pipeline);
    const former = this.loaded;
    this.loaded = undefined;
    await former?.pipeline.dispose();
    const made = await pipelineFor(request.model, request.engine);
    if (made.ok) this.loaded = { key, pipeline: made.value };
    return made;
  }
}

/** A model that was replaced on the disk is another model. */
async function keyOf({ model, engine }: EditRequest): Promise<string> {
  const found = await stat(model.path).catch(() => undefined);
  return JSON.stringify([model, engine, found?.mtimeMs, found?.size]);
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
  return Math.round(performance.now() - start) / 1000;
}
