import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lieApart, requireTensors } from '../../../../src/engine/weights/requireTensors';
import type { PackedTensor } from '../../../../src/engine/weights/packedTensor';
import type { StoredTensor, Weights } from '../../../../src/engine/weights/weights';

function stored(name: string, shape: readonly number[], file = '/models/a.safetensors'): StoredTensor {
  return { name, type: 'F32', shape, file, offset: 0, bytes: 4 * shape.reduce((product, size) => product * size, 1) };
}

function weightsOf(tensors: readonly StoredTensor[], packed: Readonly<Record<string, PackedTensor>> = {}): Weights {
  return { names: [], find: (name) => tensors.find((tensor) => tensor.name === name), packed: (name) => packed[name], read: () => Promise.reject(new Error('not here')) };
}

const expected = new Map([['a', [2, 3]], ['b', [2]]]);

describe('the weights of a model', () => {
  it('may hold more than it needs, and matrices in few bits', () => {
    const packed: PackedTensor = { scheme: 'nf4', blockSize: 64, rows: 2, columns: 3, codes: stored('a.codes', [3]), scales: stored('a.scales', [1]) };
    expect(requireTensors(weightsOf([stored('a', [2, 3]), stored('b', [2]), stored('c', [9])]), expected, 'model')).toBeUndefined();
    expect(requireTensors(weightsOf([stored('b', [2])], { a: packed }), expected, 'model')).toBeUndefined();
    expect(requireTensors(weightsOf([stored('b', [2])], { a: { ...packed, rows: 4 } }), expected, 'model')).toMatchObject({ code: 'weights-differ' });
  });

  it('lack tensors, or have others under their names', () => {
    expect(requireTensors(weightsOf([stored('b', [2])]), expected, 'model')).toMatchObject({ code: 'weights-incomplete', message: 'The weights of the model lack 1 of 2 tensors, the first is a.' });
    expect(requireTensors(weightsOf([stored('a', [3, 2]), stored('b', [2])]), expected, 'model')).toMatchObject({
      code: 'weights-differ',
      message: 'The tensor a of the model has the shape [3, 2], its configuration asks for [2, 3].',
    });
  });

  it('lie on one drive', () => {
    expect(lieApart(['C:\\cache\\a', 'c:\\cache\\b'], 'model', path.win32)).toBeUndefined();
    expect(lieApart(['D:\\hub\\a', 'C:\\packed\\b'], 'model', path.win32)).toMatchObject({ code: 'weights-on-two-drives', message: expect.stringContaining('lie on D:\\ and C:\\') });
  });
});
