import { storedWidths, type Weights } from '../../weights/weights';
import type { Section } from './blockGraph';
import type { QwenImageTransformerConfig } from './config';
import { modulationModules } from './modulation';

/** All blocks in order, so many at a time. */
export function streamedSections(blocks: number, perSection: number): readonly Section[] {
  const size = Math.max(1, Math.trunc(perSection));
  return Array.from({ length: Math.ceil(blocks / size) }, (_, index) => ({ first: index * size, end: Math.min(blocks, (index + 1) * size) }));
}

/** What one graph of modulations may take in memory. */
const largestCopy = 1 << 29;

/** As many blocks at a time as fit; float32 weights stay mapped and take nothing, others are widened in memory. */
export function modulationSections(weights: Weights, { layers }: QwenImageTransformerConfig): readonly Section[] {
  const perBlock = modulationModules(layers, { first: 0, end: 1 }).reduce((sum, path) => sum + copiedBytes(weights, `${path}.weight`), 0);
  return streamedSections(layers, perBlock === 0 ? layers : Math.max(1, Math.floor(largestCopy / perBlock)));
}

function copiedBytes(weights: Weights, name: string): number {
  const packed = weights.packed?.(name);
  if (packed) return packed.codes.bytes;
  const tensor = weights.find(name);
  return !tensor || tensor.type === 'F32' ? 0 : (tensor.bytes / storedWidths[tensor.type]) * 4;
}
