import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CoderFiles } from './onnxAutoencoder';

/** Parts of a checkpoint that lie there as ONNX files, as diffusers' OnnxRuntimeModel and Optimum save them; nothing where there are safetensors. */
export interface OnnxParts {
  readonly transformer?: string;
  readonly autoencoder?: CoderFiles;
  readonly textEncoder?: string;
  /** Of all of them, with the files that hold their weights, relative to the checkpoint. */
  readonly files: readonly string[];
  /** Bytes of the transformer's files. */
  readonly transformerBytes: number;
}

export async function findOnnxParts(folder: string): Promise<OnnxParts> {
  const [transformer, textEncoder, encoder, decoder] = await Promise.all(['transformer', 'text_encoder', 'vae_encoder', 'vae_decoder'].map((part) => onnxIn(path.join(folder, part))));
  const whole = !(await holdsSafetensors(path.join(folder, 'vae')));
  const found = [transformer, textEncoder, ...(whole ? [encoder, decoder] : [])].flatMap((part) => part ?? []);
  return {
    ...(transformer ? { transformer: transformer.model } : {}),
    ...(textEncoder ? { textEncoder: textEncoder.model } : {}),
    ...(whole && encoder && decoder ? { autoencoder: { encoder: encoder.model, decoder: decoder.model } } : {}),
    files: found.flatMap(({ files }) => files.map((file) => path.relative(folder, file).split(path.sep).join('/'))),
    transformerBytes: transformer?.bytes ?? 0,
  };
}

interface OnnxPart {
  readonly model: string;
  /** With those that hold weights; absolute. */
  readonly files: readonly string[];
  readonly bytes: number;
}

async function onnxIn(folder: string): Promise<OnnxPart | undefined> {
  const names = await namesIn(folder);
  if (!names.includes('model.onnx') || names.some((name) => name.endsWith('.safetensors'))) return undefined;
  const files = names.filter((name) => /\.onnx(?:[._]data)?$/.test(name)).sort().map((name) => path.join(folder, name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return { model: path.join(folder, 'model.onnx'), files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function holdsSafetensors(folder: string): Promise<boolean> {
  return (await namesIn(folder)).some((name) => name.endsWith('.safetensors'));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
