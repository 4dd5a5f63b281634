import { readStored } from './readStored';
import type { StoredTensor, Weights } from './weights';

/** Tensors that are used as they lie, by name. */
export class StoredTensors implements Weights {
  constructor(private readonly tensors: ReadonlyMap<string, StoredTensor>) {}

  get names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  find(name: string): StoredTensor | undefined {
    return this.tensors.get(name);
  }

  async read(name: string): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`There is no tensor ${name}.`);
    return readStored(tensor);
  }
}
