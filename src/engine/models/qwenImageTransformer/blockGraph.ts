import { GraphBuilder, type Value } from '../../graph/graphBuilder';
import { attention, layerNorm, linear, linearGelu, narrow, operatorSet, rmsNorm, rmsNormOfHeads, rotary, widen, type LayerContext } from '../../graph/layers';
import type { Section } from '../sections';
import type { QwenImageTransformerConfig } from './config';
import { blockPath, vectorsPerStream } from './tensors';

/** A section's inputs and outputs by name. Tokens are rows; between sections they are float32. */
export const ports = {
  latents: 'latents',
  prompt: 'prompt',
  image: 'image',
  text: 'text',
  cos: 'cos',
  sin: 'sin',
  /** How many tokens, from the first, are the picture that is made; the others are reference pictures. */
  target: 'target',
  /** For each picture token which row of the modulation is its own. */
  modulationRows: 'modulation_rows',
  velocity: 'velocity',
  /** `[12, rows, width]`: for pictures then for text: shift, 1 + scale and gate of attention, then of the MLP. */
  blockModulation: (index: number) => `${blockPath(index)}.modulation`,
  /** `[2, rows, width]`: 1 + scale, shift. */
  outputModulation: 'norm_out.modulation',
} as const;

/**
 * Blocks of diffusers' QwenImageTransformer2DModel (`transformer_qwenimage.py`). What depends on nothing but the point
 * on the way comes in as modulation. Of the last block only what reaches the output is computed: queries of the target's
 * tokens, and nothing more of the text.
 */
export function sectionGraph(context: Omit<LayerContext, 'graph'>, config: QwenImageTransformerConfig, section: Section): GraphBuilder {
  const graph = new GraphBuilder('QwenImageTransformer2DModel', operatorSet);
  new SectionGraph({ ...context, graph }, config, section).build();
  return graph;
}

/** Where the attention is taken apart: the scores of two pictures of a megapixel are 7 GB, a part of them under 500 MB. */
const attentionParts = 16;

interface Streams {
  readonly image: Value;
  readonly text: Value;
}

interface Modulation {
  /** Whether the three have a row for each token, as where two kinds of tokens are steered differently; else one for all. */
  readonly perToken: boolean;
  readonly shift: Value;
  /** With the 1 added. */
  readonly scale: Value;
  readonly gate: Value;
}

class SectionGraph {
  private readonly graph: GraphBuilder;
  private readonly cos: Value;
  private readonly sin: Value;
  private readonly modulationRows: Value | undefined;

  constructor(
    private readonly context: LayerContext,
    private readonly config: QwenImageTransformerConfig,
    private readonly section: Section,
  ) {
    this.graph = context.graph;
    const angles = [1, 'tokens', config.headFeatures / 2];
    this.cos = this.graph.input(ports.cos, 'float32', angles);
    this.sin = this.graph.input(ports.sin, 'float32', angles);
    this.modulationRows = config.zeroConditioning ? this.graph.input(ports.modulationRows, 'int64', ['image_tokens']) : undefined;
  }

  build(): void {
    const { config, section, graph } = this;
    const { image, text } = section.first === 0 ? this.embedded() : this.received();
    const leaves = section.end === config.layers;
    let streams: Streams = { image, text };
    for (let index = section.first; index < section.end - (leaves ? 1 : 0); index++) streams = this.block(index, streams);
    if (leaves) {
      graph.output(ports.velocity, this.output(this.lastBlock(config.layers - 1, streams)), 'float32', ['target_tokens', config.outputs]);
      return;
    }
    graph.output(`${ports.image}.next`, this.wide(streams.image), 'float32', ['image_tokens', config.width]);
    graph.output(`${ports.text}.next`, this.wide(streams.text), 'float32', ['text_tokens', config.width]);
  }

  private embedded(): Streams {
    const { context, config } = this;
    const latents = this.input(ports.latents, ['image_tokens', config.inputs]);
    const prompt = this.input(ports.prompt, ['text_tokens', config.joint]);
    return {
      image: this.toStream(linear(context, 'img_in', latents)),
      text: this.toStream(linear(context, 'txt_in', rmsNorm(context, 'txt_norm', prompt))),
    };
  }

  private received(): Streams {
    const received = (name: string, tokens: string) => this.narrowed(this.graph.input(name, 'float32', [tokens, this.config.width]));
    return { image: received(ports.image, 'image_tokens'), text: received(ports.text, 'text_tokens') };
  }

  private block(index: number, { image, text }: Streams): Streams {
    const path = blockPath(index);
    const [imageAttention, imageMlp, textAttention, textMlp] = this.modulations(index);
    const imageIn = this.modulated(`${path}.img_norm1`, image, imageAttention);
    const textIn = this.modulated(`${path}.txt_norm1`, text, textAttention);
    const query = this.turned(`${path}.attn.query`, this.joined(this.head(path, 'add_q_proj', 'norm_added_q', textIn), this.head(path, 'to_q', 'norm_q', imageIn)), this.cos, this.sin);
    const mixed = this.attended(path, query, imageIn, textIn);
    const textCount = this.count(text);
    const imageOut = this.gated(image, imageAttention, linear(this.context, `${path}.attn.to_out.0`, this.rowsFrom(mixed, textCount)));
    const textOut = this.gated(text, textAttention, linear(this.context, `${path}.attn.to_add_out`, this.rowsUpTo(mixed, textCount)));
    return { image: this.mlp(path, 'img', imageOut, imageMlp), text: this.mlp(path, 'txt', textOut, textMlp) };
  }

  /** @returns the target's tokens only */
  private lastBlock(index: number, { image, text }: Streams): Value {
    const path = blockPath(index);
    const target = this.graph.input(ports.target, 'int64', [1]);
    const [imageAttention, imageMlp, textAttention] = this.modulations(index);
    const imageIn = this.modulated(`${path}.img_norm1`, image, imageAttention);
    const textIn = this.modulated(`${path}.txt_norm1`, text, textAttention);
    const textCount = this.count(text);
    const until = this.graph.op('Add', [textCount, target], { name: 'target_end' });
    const [cos, sin] = [this.cos, this.sin].map((table) => this.rows(table, textCount, until, 1)) as [Value, Value];
    const query = this.turned(`${path}.attn.query`, this.head(path, 'to_q', 'norm_q', this.rowsUpTo(imageIn, target)), cos, sin);
    const mixed = this.attended(path, query, imageIn, textIn);
    const ofTarget = (modulation: Modulation): Modulation => {
      if (!modulation.perToken) return modulation;
      return { perToken: true, shift: this.rowsUpTo(modulation.shift, target), scale: this.rowsUpTo(modulation.scale, target), gate: this.rowsUpTo(modulation.gate, target) };
    };
    const imageOut = this.gated(this.rowsUpTo(image, target), ofTarget(imageAttention), linear(this.context, `${path}.attn.to_out.0`, mixed));
    return this.mlp(path, 'img', imageOut, ofTarget(imageMlp));
  }

  private output(image: Value): Value {
    const [scale, shift] = this.vectors(ports.outputModulation, 2) as [Value, Value];
    const normed = layerNorm(this.context, 'norm_out', image, this.targetRow(scale), this.targetRow(shift));
    return widen(this.graph, linear(this.context, 'proj_out', this.toCompute(normed)), this.context.compute);
  }

  private attended(path: string, query: Value, imageIn: Value, textIn: Value): Value {
    const { context, config } = this;
    const key = this.turned(`${path}.attn.key`, this.joined(this.head(path, 'add_k_proj', 'norm_added_k', textIn), this.head(path, 'to_k', 'norm_k', imageIn)), this.cos, this.sin);
    const value = this.joined(linear(context, `${path}.attn.add_v_proj`, textIn), linear(context, `${path}.attn.to_v`, imageIn));
    return attention(context, `${path}.attn`, [query, key, value], { heads: config.heads, features: config.headFeatures, queryParts: attentionParts });
  }

  private head(path: string, projection: string, norm: string, x: Value): Value {
    return rmsNormOfHeads(this.context, `${path}.attn.${norm}`, linear(this.context, `${path}.attn.${projection}`, x), this.config.heads);
  }

  private turned(name: string, x: Value, cos: Value, sin: Value): Value {
    return rotary(this.context, name, x, cos, sin, { heads: this.config.heads, interleaved: true });
  }

  private mlp(path: string, stream: 'img' | 'txt', x: Value, modulation: Modulation): Value {
    const inner = linearGelu(this.context, `${path}.${stream}_mlp.net.0.proj`, this.modulated(`${path}.${stream}_norm2`, x, modulation));
    return this.gated(x, modulation, linear(this.context, `${path}.${stream}_mlp.net.2`, inner));
  }

  /** The normalised tokens, steered, in the type that is computed in. */
  private modulated(name: string, x: Value, { perToken, shift, scale }: Modulation): Value {
    const { graph, context, config } = this;
    if (!perToken) return this.toCompute(layerNorm(context, name, x, scale, shift));
    const all = (value: number) => this.narrowed(graph.floats(`${name}.${value}`, Array<number>(config.width).fill(value)));
    const normed = layerNorm(context, name, x, all(1), all(0));
    return this.toCompute(graph.op('Add', [graph.op('Mul', [normed, scale], { name: `${name}.scaled` }), shift], { name: `${name}.shifted` }));
  }

  /** The vector has to be the second factor: only so has CUDA a quick kernel for it, which took a tenth of a step otherwise. */
  private gated(x: Value, { gate }: Modulation, change: Value): Value {
    return this.graph.op('Add', [x, this.graph.op('Mul', [this.toStream(this.clipped(change)), gate], { name: 'gate' })], { name: 'residual' });
  }

  /** Of pictures before attention and MLP, then of text. */
  private modulations(index: number): readonly [Modulation, Modulation, Modulation, Modulation] {
    const vectors = this.vectors(ports.blockModulation(index), 2 * vectorsPerStream);
    const of = (start: number, perToken: boolean): Modulation => {
      const [shift, scale, gate] = vectors.slice(start, start + 3).map((vector) => (perToken ? this.rowOfEachToken(vector) : this.targetRow(vector))) as [Value, Value, Value];
      return { perToken, shift, scale, gate };
    };
    const perToken = this.config.zeroConditioning;
    return [of(0, perToken), of(3, perToken), of(6, false), of(9, false)];
  }

  /** @returns `count` values of `[rows, width]`. A Split would give them at once, but to more outputs than WebGPU has buffers. */
  private vectors(name: string, count: number): readonly Value[] {
    const { graph, config } = this;
    const all = this.narrowed(graph.input(name, 'float32', [count, config.zeroConditioning ? 2 : 1, config.width]));
    return Array.from({ length: count }, (_, index) => this.picked(all, index, `${name}.${index}`));
  }

  private rowOfEachToken(vector: Value): Value {
    return this.graph.op('Gather', [vector, this.modulationRows], { name: `${vector}.rows` });
  }

  /** The row of the picture that is made, and of text; the other is that of reference pictures. */
  private targetRow(vector: Value): Value {
    return this.picked(vector, 0, `${vector}.target`);
  }

  private picked(table: Value, index: number, name: string): Value {
    return this.graph.op('Gather', [table, this.graph.constant(name, 'int64', [], [index])], { name });
  }

  private joined(text: Value, image: Value): Value {
    return this.graph.op('Concat', [text, image], { name: 'joined', attributes: { axis: 0 } });
  }

  private count(x: Value): Value {
    return this.graph.op('Shape', [x], { name: 'count', attributes: { start: 0, end: 1 } });
  }

  private rowsUpTo(x: Value, end: Value): Value {
    return this.rows(x, this.graph.integers('start', [0]), end, 0);
  }

  private rowsFrom(x: Value, start: Value): Value {
    return this.rows(x, start, this.graph.integers('end', [Number.MAX_SAFE_INTEGER]), 0);
  }

  private rows(x: Value, start: Value, end: Value, axis: number): Value {
    return this.graph.op('Slice', [x, start, end, this.graph.integers('axis', [axis])], { name: 'rows' });
  }

  private input(name: string, shape: readonly (string | number)[]): Value {
    return narrow(this.graph, this.graph.input(name, 'float32', shape), this.context.compute);
  }

  /** From what is computed in to what the tokens are kept in: the sums that run through all blocks outgrow float16. */
  private toStream(value: Value): Value {
    return this.context.compute === 'float16' ? this.graph.cast(value, 'float32') : value;
  }

  private toCompute(value: Value): Value {
    return this.context.compute === 'float16' ? this.graph.cast(value, 'float16') : value;
  }

  /** From float32 to what the tokens are kept in. */
  private narrowed(value: Value): Value {
    return this.context.compute === 'bfloat16' ? this.graph.cast(value, 'bfloat16') : value;
  }

  private wide(value: Value): Value {
    return this.context.compute === 'bfloat16' ? this.graph.cast(value, 'float32') : value;
  }

  /** As the reference does for float16, lest one overflow makes all tokens no numbers. */
  private clipped(value: Value): Value {
    if (this.context.compute !== 'float16') return value;
    const limit = (sign: number) => this.graph.cast(this.graph.scalar('limit', sign * 65504), 'float16');
    return this.graph.op('Clip', [value, limit(-1), limit(1)], { name: 'clipped' });
  }
}
