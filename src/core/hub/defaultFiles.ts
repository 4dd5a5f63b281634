import type { TreeFile } from './tree';

/** Which files of a repository a download takes when nobody names any. */
export interface FileChoice<File> {
  readonly chosen: readonly File[];
  /** Why the others are not needed, largest group first. */
  readonly left: readonly { readonly reason: string; readonly files: readonly File[] }[];
}

type Named = Pick<TreeFile, 'path' | 'size'>;

/**
 * What the engine and Python pipelines need, each thing once: of a diffusers checkpoint its index and the folders' weights,
 * configurations and tokenizers; of a LoRA its safetensors; never a pickle, never the same weights in a second format.
 */
export function chooseForEngine<File extends Named>(files: readonly File[]): FileChoice<File> {
  const names = new Set(files.map(({ path }) => path));
  const formats = new Set(files.map(({ path }) => formatOf(path)));
  const setting: Setting = {
    names,
    folders: names.has('model_index.json'),
    formats,
    gguf: formats.has('safetensors') || formats.has('onnx') ? undefined : preferredGguf(files),
  };
  const left = new Map<string, File[]>();
  const chosen: File[] = [];
  for (const file of files) {
    const reason = reasonAgainst(file.path, setting);
    if (reason === undefined) chosen.push(file);
    else left.set(reason, [...(left.get(reason) ?? []), file]);
  }
  const bytes = (group: readonly File[]) => group.reduce((sum, { size }) => sum + size, 0);
  return { chosen, left: [...left].map(([reason, group]) => ({ reason, files: group })).sort((one, other) => bytes(other.files) - bytes(one.files)) };
}

interface Setting {
  readonly names: ReadonlySet<string>;
  /** A diffusers checkpoint: what lies in folders counts, weights at the root are the same again. */
  readonly folders: boolean;
  readonly formats: ReadonlySet<Format>;
  /** The one quantisation to take where there is nothing else. */
  readonly gguf: string | undefined;
}

function reasonAgainst(path: string, setting: Setting): string | undefined {
  switch (formatOf(path)) {
    case 'pickle':
      return 'pickles, which can run code';
    case 'other framework':
      return 'weights of other frameworks';
    case 'gguf':
      return path === setting.gguf ? undefined : setting.gguf === undefined ? 'GGUF beside whole weights' : 'other quantisations';
    case 'onnx':
      return setting.formats.has('safetensors') && !isOnlyExported(path, setting) ? 'the same weights as ONNX' : undefined;
    case 'safetensors':
      return againstWeights(path, setting);
    case 'picture':
      return 'pictures and videos';
    case 'hidden':
      return 'files of git';
    case 'rest':
      return undefined;
  }
}

/** A part of a checkpoint that comes as ONNX alone; exporters cut the autoencoder, `vae`, in two. */
function isOnlyExported(path: string, { folders, names }: Setting): boolean {
  const part = /^(transformer|vae)(?:_encoder|_decoder)?\//.exec(path)?.[1];
  return folders && part !== undefined && ![...names].some((name) => name.startsWith(`${part}/`) && name.endsWith('.safetensors'));
}

function againstWeights(path: string, { names, folders }: Setting): string | undefined {
  const root = !path.includes('/');
  if (folders && root) return 'the same weights in one file';
  const variant = /\.(?:fp16|bf16|fp32|int8|non_ema)(?=[.-])/.exec(path)?.[0];
  if (variant !== undefined && [...names].some((name) => name === path.replace(variant, ''))) return 'other precisions of the same weights';
  // Next to half precision, what names single precision is the same at twice the size: "…-4steps-V1.0-bf16.safetensors".
  const single = /[-_.](?:fp32|float32|f32)(?=[-_.])/i.exec(path)?.[0];
  if (single !== undefined && ['bf16', 'fp16'].some((half) => names.has(path.replace(single, `${single[0] ?? '-'}${half}`)))) return 'other precisions of the same weights';
  const full = /^(.*)[-_]bf16(\.safetensors)$/i.exec(path);
  return full && names.has(`${full[1] ?? ''}${full[2] ?? ''}`) ? 'other precisions of the same weights' : undefined;
}

type Format = 'pickle' | 'other framework' | 'gguf' | 'onnx' | 'safetensors' | 'picture' | 'hidden' | 'rest';

function formatOf(path: string): Format {
  return endings.find(({ ending }) => ending.test(path))?.format ?? 'rest';
}

const endings: readonly { readonly format: Format; readonly ending: RegExp }[] = [
  { format: 'hidden', ending: /(?:^|\/)\.git(?:attributes|ignore|keep)$/ },
  { format: 'safetensors', ending: /\.safetensors$/i },
  { format: 'pickle', ending: /\.(?:bin|pt|pth|ckpt|pkl|pickle)(?:\.index\.json)?$/i },
  { format: 'gguf', ending: /\.gguf$/i },
  { format: 'onnx', ending: /\.onnx(?:_data|\.data)?$/i },
  { format: 'other framework', ending: /\.(?:msgpack|h5|tflite|ot|mlmodel|mlpackage|npz|engine|xml)$|(?:^|\/)(?:openvino|coreml|flax)\//i },
  { format: 'picture', ending: /\.(?:png|jpe?g|webp|gif|avif|bmp|mp4|webm|mov|zip|pdf)$/i },
];

/** Small enough for most cards and known to keep the pictures; the smallest where none of these is there. */
const ggufPreferred = [/Q4_K_M/i, /Q4_K_S/i, /Q4_0/i, /Q5_K_M/i, /Q8_0/i];

function preferredGguf(files: readonly Named[]): string | undefined {
  const quantised = files.filter(({ path }) => /\.gguf$/i.test(path));
  for (const name of ggufPreferred) {
    const found = quantised.find(({ path }) => name.test(path));
    if (found) return found.path;
  }
  return [...quantised].sort((left, right) => left.size - right.size)[0]?.path;
}
