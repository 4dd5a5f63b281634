import type { Device } from '../graph/graphSession';
import type { AttentionFlavour } from '../graph/layers';

/** The fused operator where its kernels are known to compute rightly. */
export function attentionFor(device: Device): AttentionFlavour {
  return device === 'cpu' || device === 'cuda' ? 'multiHead' : 'plain';
}
