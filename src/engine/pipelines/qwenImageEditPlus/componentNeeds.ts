import type { ComputeType } from '../../graph/layers';
import type { ComponentNeed } from '../../memory/memoryPlan';
import { storedWidths, type Weights } from '../../weights/weights';
import type { Checkpoint } from './checkpoint';
import type { Size } from './sizes';

export interface EditScale {
  /** Size of the picture that is made. */
  readonly output: Size;
  /** Sizes that source pictures are encoded at. */
  readonly sources: readonly Size[];
}

/** What text encoder, transformer and autoencoder need, in this order, from their headers and the size of the edit. */
export function componentNeeds({ transformer, textEncoder, autoencoder, onnx }: Checkpoint, weights: { readonly transformer: Weights; readonly textEncoder: Weights }, compute: ComputeType, { output, sources }: EditScale): readonly ComponentNeed[] {
  const widths: CopiedWidths = { compute: compute === 'float32' ? 4 : 2, maps: compute === 'float32' };
  const { config } = transformer;
  const tokens = [output, ...sources].reduce((sum, [width, height]) => sum + (width * height) / 256, 0) + promptTokens;
  const { decoder } = textEncoder.config;
  const largestPicture = Math.max(...[output, ...sources].map(([width, height]) => width * height));
  return [
    {
      name: 'the text encoder',
      weights: heldBytes(weights.textEncoder, widths, (name) => !name.startsWith('lm_head')),
      work: promptTokens * (decoder.width + decoder.inner) * 16,
      blocks: { bytes: heldBytes(weights.textEncoder, widths, (name) => name.startsWith('model.layers.0.')), count: decoder.layers },
    },
    {
      name: 'the transformer',
      weights: onnx.transformer === undefined ? heldBytes(weights.transformer, widths, isMainGraph) : onnx.transformerBytes,
      work: tokens * config.width * widths.compute * activationsPerToken,
      // Of an exported graph the blocks cannot be told apart.
      ...(onnx.transformer === undefined ? { blocks: { bytes: heldBytes(weights.transformer, widths, (name) => isMainGraph(name) && name.startsWith('transformer_blocks.0.')), count: config.layers } } : {}),
    },
    {
      name: 'the autoencoder',
      weights: heldBytes(autoencoder.weights, { compute: 4, maps: false }, () => true),
      work: Math.min(largestPicture, wholePicture) * autoencoder.config.baseChannels * bytesPerPixelAndChannel[compute === 'float32' ? 'processor' : 'device'],
    },
  ];
}

/** A prompt with its pictures; few are longer. */
const promptTokens = 1024;

/** Residual, norm, query, key, value, attention and the four times wider inside of the MLP, some of them twice. */
const activationsPerToken = 20;

/**
 * The decoder's widest layers at full size; beyond `wholePicture` it works in tiles. With CUDA a megapixel and 96 channels
 * took 6.4 to 6.9 GB: its convolutions have a work space of their own.
 */
const bytesPerPixelAndChannel = { processor: 36, device: 66 };
const wholePicture = 1536 ** 2;

interface CopiedWidths {
  /** Bytes of an element in the type that is computed in. */
  readonly compute: number;
  /** Whether weights of that type stay mapped from their file. */
  readonly maps: boolean;
}

/** Modulations are computed beforehand, on the processor. */
function isMainGraph(name: string): boolean {
  return !/(?:_mod\.1|norm_out\.linear|time_text_embed)\b/.test(name);
}

function heldBytes(weights: Weights, { compute, maps }: CopiedWidths, counts: (name: string) => boolean): number {
  let bytes = 0;
  for (const name of weights.names) {
    if (!counts(name)) continue;
    const packed = weights.packed?.(name);
    if (packed) {
      // The runtime keeps an order of its own beside what it maps.
      bytes += packed.codes.bytes + packed.scales.bytes;
      continue;
    }
    const tensor = weights.find(name);
    if (!tensor) continue;
    const width = storedWidths[tensor.type];
    if (!maps || width !== compute) bytes += (tensor.bytes / width) * compute;
  }
  return bytes;
}
