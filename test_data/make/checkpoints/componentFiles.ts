import type { MadeTensor } from './madeTensor';
import { safetensorsFile, type MadeType } from './safetensorsFile';

/** Content by path inside a repository. */
export type CheckpointFiles = Readonly<Record<string, Uint8Array | string>>;

export interface ComponentOptions {
  /** `diffusion_pytorch_model` for diffusers' components, `model` for those of transformers. */
  readonly stem: 'diffusion_pytorch_model' | 'model';
  readonly type: MadeType;
  /** More than one make an index of the shards as well. */
  readonly shards: number;
}

/** One component's folder: `config.json` and its weights, in one file or in shards that differ in size by a tensor at most. */
export function componentFiles(folder: string, config: object, tensors: readonly MadeTensor[], { stem, type, shards }: ComponentOptions): CheckpointFiles {
  const head = { [`${folder}/config.json`]: `${JSON.stringify(config, null, 2)}\n` };
  if (shards === 1) return { ...head, [`${folder}/${stem}.safetensors`]: safetensorsFile(tensors, type) };
  const count = tensors.reduce((sum, { values }) => sum + values.length, 0);
  const files: Record<string, Uint8Array | string> = { ...head };
  const placed: Record<string, string> = {};
  let next = 0;
  let taken = 0;
  for (let shard = 1; shard <= shards; shard++) {
    const first = next;
    while (next < tensors.length && taken < (count * shard) / shards) taken += tensors[next++]?.values.length ?? 0;
    const name = `${stem}-${numbered(shard)}-of-${numbered(shards)}.safetensors`;
    const part = tensors.slice(first, next);
    files[`${folder}/${name}`] = safetensorsFile(part, type);
    for (const tensor of part) placed[tensor.name] = name;
  }
  const bytes = count * (type === 'F32' ? 4 : 2);
  files[`${folder}/${stem}.safetensors.index.json`] = `${JSON.stringify({ metadata: { total_size: bytes }, weight_map: placed }, null, 2)}\n`;
  return files;
}

function numbered(shard: number): string {
  return String(shard).padStart(5, '0');
}
