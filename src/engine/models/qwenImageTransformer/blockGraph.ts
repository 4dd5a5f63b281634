import { GraphBuilder, type Value } from '../../graph/graphBuilder';
import { attention, linear, linearGelu, linearParts, linearRmsNormOfHeads, narrow, operatorSet, rmsNorm, rotary, widen, type LayerContext } from '../../graph/layers';
import { normedSum, settled, type Residual } from '../../graph/residualNorm';
import type { Section } from '../sections';
import type { QwenImageTransformerConfig } from './config';
import { blockPath, vectorsPerStream } from './tensors';

/** A section's inputs and outputs by name. Tokens are rows; between sections they are float32. */
export const ports = {
  latents: 'latents',
  prompt: 'prompt',
  image: 'image',
  text: 'text',
  textCos: 'text.cos',
  textSin: 'text.sin',
  imageCos: 'image.cos',
  imageSin: 'image.sin',
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
  readonly image: Residual;
  readonly text: Residual;
}

/** Cosines and sines of the tokens' angles, `[1, tokens, features of a head / 2]`. */
interface Tables {
  readonly cos: Value;
  readonly sin: Value;
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
  private readonly tables: { readonly text: Tables; readonly image: Tables };
  private readonly modulationRows: Value | undefined;

  constructor(
    private readonly context: LayerContext,
    private readonly config: QwenImageTransformerConfig,
    private readonly section: Section,
  ) {
    this.graph = context.graph;
    const table = (name: string, tokens: string) => this.graph.input(name, 'float32', [1, tokens, config.headFeatures / 2]);
    this.tables = {
      text: { cos: table(ports.textCos, 'text_tokens'), sin: table(ports.textSin, 'text_tokens') },
      image: { cos: table(ports.imageCos, 'image_tokens'), sin: table(ports.imageSin, 'image_tokens') },
    };
    this.modulationRows = config.zeroConditioning ? this.graph.input(ports.modulationRows, 'int64', ['image_tokens']) : undefined;
  }

  build(): void {
    const { config, section, graph } = this;
    const leaves = section.end === config.layers;
    let streams = section.first === 0 ? this.embedded() : this.received();
    for (let index = section.first; index < section.end - (leaves ? 1 : 0); index++) streams = this.block(index, streams);
    if (leaves) {
      graph.output(ports.velocity, this.output(this.lastBlock(config.layers - 1, streams)), 'float32', ['target_tokens', config.outputs]);
      return;
    }
    graph.output(`${ports.image}.next`, this.wide(settled(graph, streams.image)), 'float32', ['image_tokens', config.width]);
    graph.output(`${ports.text}.next`, this.wide(settled(graph, streams.text)), 'float32', ['text_tokens', config.width]);
  }

  private embedded(): Streams {
    const { context, config } = this;
    const latents = this.input(ports.latents, ['image_tokens', config.inputs]);
    const prompt = this.input(ports.prompt, ['text_tokens', config.joint]);
    return {
      image: { x: this.toStream(linear(context, 'img_in', latents)) },
      text: { x: this.toStream(linear(context, 'txt_in', rmsNorm(context, 'txt_norm', prompt))) },
    };
  }

  private received(): Streams {
    const received = (name: string, tokens: string) => ({ x: this.narrowed(this.graph.input(name, 'float32', [tokens, this.config.width])) });
    return { image: received(ports.image, 'image_tokens'), text: received(ports.text, 'text_tokens') };
  }

  private block(index: number, { image, text }: Streams): Streams {
    const path = blockPath(index);
    const [imageAttention, imageMlp, textAttention, textMlp] = this.modulations(index);
    const imageIn = this.modulated(`${path}.img_norm1`, image, imageAttention);
    const textIn = this.modulated(`${path}.txt_norm1`, text, textAttention);
    const parts = this.keysAndValues(path, imageIn.normed, textIn.normed);
    const ofImage = this.attended(`${path}.attn`, this.head(path, 'to_q', 'norm_q', imageIn.normed, this.tables.image), parts);
    const ofText = this.attended(`${path}.attn.add`, this.head(path, 'add_q_proj', 'norm_added_q', textIn.normed, this.tables.text), parts);
    const imageOut = this.gated(imageIn.sum, imageAttention, `${path}.attn.to_out.0`, ofImage);
    const textOut = this.gated(textIn.sum, textAttention, `${path}.attn.to_add_out`, ofText);
    return { image: this.mlp(path, 'img', imageOut, imageMlp), text: this.mlp(path, 'txt', textOut, textMlp) };
  }

  /** @returns the target's tokens only */
  private lastBlock(index: number, { image, text }: Streams): Residual {
    const path = blockPath(index);
    const target = this.graph.input(ports.target, 'int64', [1]);
    const [imageAttention, imageMlp, textAttention] = this.modulations(index);
    const imageIn = this.modulated(`${path}.img_norm1`, image, imageAttention);
    const textIn = this.modulated(`${path}.txt_norm1`, text, textAttention);
    const { cos, sin } = this.tables.image;
    const query = this.head(path, 'to_q', 'norm_q', this.rowsUpTo(imageIn.normed, target), { cos: this.rowsUpTo(cos, target, 1), sin: this.rowsUpTo(sin, target, 1) });
    const mixed = this.attended(`${path}.attn`, query, this.keysAndValues(path, imageIn.normed, textIn.normed));
    const ofTarget = (modulation: Modulation): Modulation => {
      if (!modulation.perToken) return modulation;
      return { perToken: true, shift: this.rowsUpTo(modulation.shift, target), scale: this.rowsUpTo(modulation.scale, target), gate: this.rowsUpTo(modulation.gate, target) };
    };
    const imageOut = this.gated(this.rowsUpTo(imageIn.sum, target), ofTarget(imageAttention), `${path}.attn.to_out.0`, mixed);
    return this.mlp(path, 'img', imageOut, ofTarget(imageMlp));
  }

  private output(image: Residual): Value {
    const [scale, shift] = this.vectors(ports.outputModulation, 2) as [Value, Value];
    const { normed } = normedSum(this.context, 'norm_out', image, this.targetRow(scale), this.targetRow(shift));
    return widen(this.graph, linear(this.context, 'proj_out', this.toCompute(normed)), this.context.compute);
  }

  /** Of text and pictures joined: every token sees all. */
  private keysAndValues(path: string, imageIn: Value, textIn: Value): readonly [Value, Value] {
    const { context, tables } = this;
    const key = this.joined(this.head(path, 'add_k_proj', 'norm_added_k', textIn, tables.text), this.head(path, 'to_k', 'norm_k', imageIn, tables.image));
    return [key, this.joined(linear(context, `${path}.attn.add_v_proj`, textIn), linear(context, `${path}.attn.to_v`, imageIn))];
  }

  /** Text and pictures ask one after the other: to join what they ask, and to part the answers, would only move memory. */
  private attended(name: string, query: Value, [key, value]: readonly [Value, Value]): Value {
    const { context, config } = this;
    return attention(context, name, [query, key, value], { heads: config.heads, features: config.headFeatures, queryParts: attentionParts });
  }

  private head(path: string, projection: string, norm: string, x: Value, { cos, sin }: Tables): Value {
    const { context, config } = this;
    const normed = linearRmsNormOfHeads(context, { linear: `${path}.attn.${projection}`, norm: `${path}.attn.${norm}` }, x, config.heads);
    return rotary(context, `${path}.attn.${projection}.turned`, normed, cos, sin, { heads: config.heads, interleaved: true });
  }

  private mlp(path: string, stream: 'img' | 'txt', x: Residual, modulation: Modulation): Residual {
    const { sum, normed } = this.modulated(`${path}.${stream}_norm2`, x, modulation);
    return this.gated(sum, modulation, `${path}.${stream}_mlp.net.2`, linearGelu(this.context, `${path}.${stream}_mlp.net.0.proj`, normed));
  }

  /** The tokens, and the tokens normalised and steered, in the type that is computed in. */
  private modulated(name: string, x: Residual, { perToken, shift, scale }: Modulation): { readonly sum: Value; readonly normed: Value } {
    const { graph, context, config } = this;
    if (!perToken) {
      const { sum, normed } = normedSum(context, name, x, scale, shift);
      return { sum, normed: this.toCompute(normed) };
    }
    const all = (value: number) => this.narrowed(graph.floats(`${name}.${value}`, Array<number>(config.width).fill(value)));
    const { sum, normed } = normedSum(context, name, x, all(1), all(0));
    return { sum, normed: this.toCompute(graph.op('Add', [graph.op('Mul', [normed, scale], { name: `${name}.scaled` }), shift], { name: `${name}.shifted` })) };
  }

  /** The gate has to be the second factor: only so has CUDA a quick kernel for it, which took a tenth of a step otherwise. */
  private gated(x: Value, { gate, perToken }: Modulation, modulePath: string, input: Value): Residual {
    const through = (change: Value, name: string) => this.graph.op('Mul', [change, gate], { name });
    if (perToken) return { x, change: { value: through(this.toStream(this.clipped(linear(this.context, modulePath, input))), 'gate') } };
    const { product, bias } = linearParts(this.context, modulePath, input);
    return { x, change: { value: through(this.toStream(this.clipped(product)), 'gate'), bias: bias && through(this.toStream(bias), 'gated_bias') } };
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

  private rowsUpTo(x: Value, end: Value, axis = 0): Value {
    const { graph } = this;
    return graph.op('Slice', [x, graph.integers('start', [0]), end, graph.integers('axis', [axis])], { name: 'rows' });
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
