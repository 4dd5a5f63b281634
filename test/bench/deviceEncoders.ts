import path from 'node:path';
import type { Device } from '../../src/engine/graph/graphSession';
import { AutoencoderKlQwenImage } from '../../src/engine/models/autoencoderKlQwenImage/autoencoderKlQwenImage';
import type { Planes } from '../../src/engine/models/autoencoderKlQwenImage/tiling';
import { QwenPromptEncoder } from '../../src/engine/models/qwen25Vl/qwenPromptEncoder';
import { openSafetensors } from '../../src/engine/weights/safetensors';
import type { Result } from '../../src/core/outcome';
import { cosine, deviceMebibytes, must } from './deviceFigures';

// node dist/deviceEncoders.mjs FOLDER [--device cuda]
// Times autoencoder and text encoder of a folder that test/reference/device_encoders.py made, and holds their answers beside the reference's.

const [folder = '.', ...options] = process.argv.slice(2);
const device = (options.includes('--device') ? options[options.indexOf('--device') + 1] : 'cuda') as Device;
const answers = must(await openSafetensors(path.join(folder, 'answers.safetensors')));

await measureAutoencoder();
await measureTextEncoder();
process.exit(0);

async function measureAutoencoder(): Promise<void> {
  const autoencoder = must(await AutoencoderKlQwenImage.open(path.join(folder, 'vae'), { device }));
  const [picture, latents] = [await planes('picture'), await planes('latents')];
  const encodings = await twice(() => autoencoder.encode(picture));
  const afterEncoding = await deviceMebibytes();
  await autoencoder.release('encoder');
  const decodings = await twice(() => autoencoder.decode(latents));
  report('autoencoder, float32', {
    encodeSeconds: encodings.seconds,
    decodeSeconds: decodings.seconds,
    mebibytesAfter: [afterEncoding, await deviceMebibytes()],
    differenceOfLatents: largestDifference(encodings.value.values, latents.values),
    differenceOfPicture: largestDifference(decodings.value.values, (await planes('decoded')).values),
  });
  await autoencoder.dispose();
}

async function measureTextEncoder(): Promise<void> {
  const at = (name: string) => path.join(folder, name);
  const encoder = must(await QwenPromptEncoder.open({ textEncoder: at('text_encoder'), tokenizer: at('tokenizer'), processor: at('processor') }, { device, precision: 'bfloat16' }));
  const pictures = await Promise.all(['promptPicture.0', 'promptPicture.1'].map(async (name) => {
    const [height = 0, width = 0] = answers.find(name)?.shape ?? [];
    return { width, height, pixels: Uint8Array.from(await answers.read(name)) };
  }));
  const { seconds, value } = await twice(() => encoder.encode({ prompt: answers.metadata['prompt'] ?? '', pictures }));
  const [exact, rounded] = [await answers.read('exact'), await answers.read('rounded')];
  report(`text encoder, ${device === 'cuda' ? 'bfloat16' : 'float32'}`, {
    tokens: value.tokens,
    encodeSeconds: seconds,
    mebibytesAfter: await deviceMebibytes(),
    cosineToFloat32: cosine(value.embeddings, exact),
    cosineToReferenceInBfloat16: cosine(value.embeddings, rounded),
    cosineOfReferenceItself: cosine(rounded, exact),
  });
  await encoder.dispose();
}

async function planes(name: string): Promise<Planes> {
  const [channels = 0, height = 0, width = 0] = answers.find(name)?.shape ?? [];
  return { channels, height, width, values: await answers.read(name) };
}

/** The first run loads the graph and lets the kernels be chosen. */
async function twice<Value>(compute: () => Promise<Result<Value>>): Promise<{ readonly value: Value; readonly seconds: readonly number[] }> {
  const once = async (): Promise<readonly [Value, number]> => {
    const began = performance.now();
    return [must(await compute()), Number(((performance.now() - began) / 1000).toFixed(3))];
  };
  const [, first] = await once();
  const [value, second] = await once();
  return { value, seconds: [first, second] };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

function report(what: string, figures: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ what: `evalmark ${what}`, device, ...figures }));
}

