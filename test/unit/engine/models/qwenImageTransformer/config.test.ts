import { describe, expect, it } from 'vitest';
import { ConfigFields } from '../../../../../src/engine/models/readConfig';
import { qwenImageTransformerConfig } from '../../../../../src/engine/models/qwenImageTransformer/config';
import { modulationGroups } from '../../../../../src/engine/models/qwenImageTransformer/modulation';
import { transformerTensors } from '../../../../../src/engine/models/qwenImageTransformer/tensors';
import { storedBytes, type Weights } from '../../../../../src/engine/weights/weights';

const read = (config: object) => qwenImageTransformerConfig(new ConfigFields(config));

describe('the configuration of a transformer', () => {
  it('is that of Qwen-Image-Edit-2509 where it says nothing: 20,430,401,088 parameters in 1,933 tensors', () => {
    const config = read({});
    expect(config).toEqual({ layers: 60, heads: 24, headFeatures: 128, width: 3072, inputs: 64, outputs: 64, joint: 3584, axes: [16, 56, 56], zeroConditioning: false });
    const tensors = transformerTensors(config);
    const parameters = [...tensors.values()].reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0);
    expect([tensors.size, parameters]).toEqual([1933, 20_430_401_088]);
  });

  it('knows 2511 by its flag', () => {
    expect(read({ zero_cond_t: true, use_layer3d_rope: false }).zeroConditioning).toBe(true);
  });

  it.each<readonly [object, RegExp]>([
    [{ use_layer3d_rope: true }, /use_layer3d_rope belongs to Qwen-Image-Layered/],
    [{ use_additional_t_cond: true }, /use_additional_t_cond belongs to Qwen-Image-Layered/],
    [{ guidance_embeds: true }, /guidance_embeds belongs to a guidance-distilled model/],
    [{ _class_name: 'FluxTransformer2DModel' }, /describes FluxTransformer2DModel/],
    [{ axes_dims_rope: [16, 56, 58] }, /does not fill the 128 features/],
    [{ axes_dims_rope: [16, 57, 55] }, /does not fill/],
    [{ axes_dims_rope: [16, 56, 56, 0] }, /does not fill/],
    [{ num_layers: 1e9 }, /num_layers is not a whole number/],
    [{ num_attention_heads: 0 }, /num_attention_heads is not/],
  ])('%o is refused', (config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});

describe('the modules that modulate', () => {
  const config = read({});
  const stored = (type: 'F32' | 'BF16'): Weights => ({
    names: [],
    find: (name) => {
      const shape = transformerTensors(config).get(name) ?? [];
      return { name, type, shape, file: '/a', offset: 0, bytes: storedBytes(type, shape) };
    },
    read: () => Promise.reject(new Error('not here')),
  });

  it('are opened one after the other where they are widened in memory, at once where they stay mapped', () => {
    const groups = modulationGroups(stored('BF16'), config);
    expect(groups.length).toBe(121);
    expect(groups.flat().slice(-2)).toEqual(['transformer_blocks.59.txt_mod.1', 'norm_out.linear']);
    expect(modulationGroups(stored('F32'), config)).toEqual([groups.flat()]);
  });
});
