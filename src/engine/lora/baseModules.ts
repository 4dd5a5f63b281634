import { familyOfTensors, type Family } from '../../core/hub/loraFamily';
import type { Weights } from '../weights/weights';

/** A layer of the base model that multiplies with a matrix: what a LoRA can change. */
export interface BaseModule {
  /** As in the checkpoint: `transformer_blocks.0.attn.to_q`. */
  readonly path: string;
  /** `[out, in]`. */
  readonly shape: readonly [number, number];
}

/** The layers of a base model, found by their own path or as Kohya writes it, with `_` for each dot. */
export class BaseModules {
  readonly family: Family | undefined;
  private readonly modules = new Map<string, BaseModule>();
  private readonly flat = new Map<string, BaseModule | 'several'>();

  constructor(weights: Weights) {
    for (const name of weights.names) {
      const shape = matrixOf(weights, name);
      if (!shape || !name.endsWith('.weight')) continue;
      const module = { path: name.slice(0, -'.weight'.length), shape };
      this.modules.set(module.path, module);
      const flat = flattened(module.path);
      this.flat.set(flat, this.flat.has(flat) ? 'several' : module);
    }
    this.family = familyOfTensors(new Map([...this.modules.values()].map(({ path, shape }) => [`${path}.weight`, shape])));
  }

  get size(): number {
    return this.modules.size;
  }

  find(name: string): BaseModule | undefined {
    const exact = this.modules.get(name);
    if (exact) return exact;
    const flat = this.flat.get(flattened(name));
    return flat === 'several' ? undefined : flat;
  }
}

function matrixOf(weights: Weights, name: string): readonly [number, number] | undefined {
  const packed = weights.packed?.(name);
  if (packed) return [packed.rows, packed.columns];
  const [rows, columns, ...rest] = weights.find(name)?.shape ?? [];
  return rows !== undefined && columns !== undefined && rest.length === 0 ? [rows, columns] : undefined;
}

function flattened(path: string): string {
  return path.replaceAll('.', '_');
}
