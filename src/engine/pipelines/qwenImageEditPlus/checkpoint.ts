import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { FileRecord } from '../../../core/evaluation/generation';
import { fail, ok, type Failure, type Result } from '../../../core/outcome';
import { vaeConfig, type VaeConfig } from '../../models/autoencoderKlQwenImage/vaeConfig';
import { qwen25VlConfig, type Qwen25VlConfig } from '../../models/qwen25Vl/config';
import { openTextEncoderWeights } from '../../models/qwen25Vl/tensors';
import { qwenImageTransformerConfig, type QwenImageTransformerConfig } from '../../models/qwenImageTransformer/config';
import { ConfigFields, readConfig } from '../../models/readConfig';
import { schedulerConfig, type SchedulerConfig } from '../../scheduler/schedulerConfig';
import { fileRecord } from '../../weights/fileRecord';
import { openGguf } from '../../weights/ggufWeights';
import type { CacheOptions } from '../../weights/quantisedCache';
import { openSafetensors } from '../../weights/safetensors';
import { StoredTensors } from '../../weights/storedTensors';
import type { Weights } from '../../weights/weights';
import { findOnnxParts, type OnnxParts } from './onnxParts';

/** A checkpoint of Qwen-Image-Edit as it lies on disk: configurations and headers are read, no weights yet. */
export interface Checkpoint {
  readonly folder: string;
  readonly transformer: { readonly config: QwenImageTransformerConfig; readonly weights: Weights };
  readonly textEncoder: { readonly config: Qwen25VlConfig; readonly weights: Weights };
  readonly autoencoder: { readonly config: VaeConfig; readonly weights: Weights };
  /** Parts that come as ONNX files; they have no weights above. */
  readonly onnx: OnnxParts;
  /** Why there is none matters only where the checkpoint's own schedule is wanted. */
  readonly scheduler: Result<SchedulerConfig>;
  /** Everything that was or will be read, with hashes. */
  readonly files: readonly FileRecord[];
}

export interface OpenCheckpointOptions {
  /** A GGUF file in the place of the transformer's weights; one that lies in the transformer's folder alone is found without. */
  readonly transformer?: string;
  /** Where its blocks are kept in the runtime's order. */
  readonly packing?: CacheOptions;
}

export async function openCheckpoint(folder: string, options: OpenCheckpointOptions = {}): Promise<Result<Checkpoint>> {
  const at = (...parts: readonly string[]) => path.join(folder, ...parts);
  const onnx = await findOnnxParts(folder);
  if (onnx.textEncoder !== undefined) return fail(onnxTextEncoder());
  const transformerConfig = await configOf([at('transformer')], qwenImageTransformerConfig, onnx.transformer !== undefined);
  if (!transformerConfig.ok) return transformerConfig;
  const gguf = options.transformer ?? (await onlyGguf(at('transformer')));
  const transformerWeights = gguf !== undefined ? await openGguf(gguf, options.packing) : onnx.transformer === undefined ? await openSafetensors(at('transformer')) : ok(new StoredTensors(new Map()));
  if (!transformerWeights.ok) return transformerWeights;
  const textConfig = await readConfig(at('text_encoder', 'config.json'), qwen25VlConfig);
  if (!textConfig.ok) return textConfig;
  const textWeights = await openTextEncoderWeights(at('text_encoder'));
  if (!textWeights.ok) return textWeights;
  const autoencoderConfig = await configOf([at('vae'), at('vae_encoder'), at('vae_decoder')], vaeConfig, onnx.autoencoder !== undefined);
  if (!autoencoderConfig.ok) return autoencoderConfig;
  const autoencoderWeights = onnx.autoencoder === undefined ? await openSafetensors(at('vae')) : ok(new StoredTensors(new Map()));
  if (!autoencoderWeights.ok) return autoencoderWeights;
  const scheduler = await readConfig(at('scheduler', 'scheduler_config.json'), (fields) => schedulerConfig(fields.all()));
  return ok({
    folder,
    transformer: { config: transformerConfig.value, weights: transformerWeights.value },
    textEncoder: { config: textConfig.value, weights: textWeights.value },
    autoencoder: { config: autoencoderConfig.value, weights: autoencoderWeights.value },
    onnx: gguf === undefined ? onnx : withoutTransformer(onnx),
    scheduler: scheduler.ok ? scheduler.value : scheduler,
    files: [...(await filesOf(folder, gguf === undefined, onnx)), ...(gguf === undefined ? [] : [await fileRecord(path.dirname(gguf), path.basename(gguf))])],
  });
}

const components = ['processor', 'scheduler', 'text_encoder', 'tokenizer', 'transformer', 'vae'];

/** The file that takes the place of the safetensors; undefined where there are such, or several. */
async function onlyGguf(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const [only, ...more] = names.filter((name) => name.endsWith('.gguf'));
  return only === undefined || more.length > 0 || names.some((name) => name.endsWith('.safetensors')) ? undefined : path.join(folder, only);
}

/** A part's own config; what is published, where an export came without one. */
async function configOf<Config>(folders: readonly string[], parse: (fields: ConfigFields) => Config, isExported: boolean): Promise<Result<Config>> {
  const [first = '', ...others] = folders;
  const read = await readConfig(path.join(first, 'config.json'), parse);
  if (read.ok || !isExported || read.failure.code !== 'config-missing') return read;
  return others.length > 0 ? configOf(others, parse, isExported) : ok(parse(new ConfigFields({})));
}

function withoutTransformer({ transformer: _, ...others }: OnnxParts): OnnxParts {
  return others;
}

/** @param withTransformer whether its weights are read too */
async function filesOf(folder: string, withTransformer: boolean, onnx: OnnxParts): Promise<readonly FileRecord[]> {
  const names = ['model_index.json', ...onnx.files.filter((file) => withTransformer || !file.startsWith('transformer/'))];
  for (const component of components) {
    const entries = await readdir(path.join(folder, component), { withFileTypes: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || onnx.files.length === 0) throw error;
      return [];
    });
    const files = entries.filter((entry) => !entry.isDirectory() && /\.(?:safetensors|json|txt)$/.test(entry.name) && (withTransformer || component !== 'transformer' || entry.name === 'config.json'));
    names.push(...files.map(({ name }) => `${component}/${name}`).sort());
  }
  const records: FileRecord[] = [];
  for (const name of names) records.push(await fileRecord(folder, name));
  return records;
}

function onnxTextEncoder(): Failure {
  return {
    code: 'model-other-inputs',
    message: 'The text encoder of this checkpoint is an ONNX file. Evalmark runs transformers and autoencoders that come so, but reads prompts and pictures with the weights themselves.',
    advice: "Put the safetensors of Qwen-Image-Edit-2509's text_encoder in its place.",
    short: 'no text encoder',
  };
}
