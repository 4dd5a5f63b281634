import { GraphBuilder, type Value } from '../../graph/graphBuilder';
import { attention, gelu, linear, narrow, operatorSet, parameter, reshape, rmsNorm, rotary, silu, stored, widen, type LayerContext } from '../../graph/layers';
import type { Section } from '../sections';
import type { VisionConfig } from './config';
import { visionBlockPath } from './tensors';

/** The vision tower's inputs and outputs by name; shapes are those of `VisionInput`. Between sections `hidden` is float32 rows. */
export const visionPorts = { patches: 'patches', hidden: 'hidden', next: 'hidden.next', cos: 'cos', sin: 'sin', picture: 'picture', window: 'window', tokens: 'tokens' } as const;

/**
 * Consecutive blocks of transformers' `Qwen2_5_VisionTransformerPretrainedModel`, with the embedding of patches before the first.
 * Behind the last, patches are merged: `tokens` `[patches / merge², width of the decoder]`, in the order of windows.
 */
export function visionGraph(shared: Omit<LayerContext, 'graph'>, config: VisionConfig, { first, end }: Section): GraphBuilder {
  const graph = new GraphBuilder('Qwen2_5_VL.visual', operatorSet);
  const context = { ...shared, graph };
  const pairs = config.width / config.heads / 2;
  const angles = { cos: graph.input(visionPorts.cos, 'float32', [1, 'patches', pairs]), sin: graph.input(visionPorts.sin, 'float32', [1, 'patches', pairs]) };
  const withinPicture = togetherOnly(context, visionPorts.picture);
  const withinWindow = togetherOnly(context, visionPorts.window);
  let x = first === 0 ? embedded(context, config) : narrow(graph, graph.input(visionPorts.hidden, 'float32', ['patches', config.width]), shared.compute);
  for (let index = first; index < end; index++) {
    x = block(context, visionBlockPath(index), x, config, { ...angles, bias: config.wholeBlocks.has(index) ? withinPicture : withinWindow });
  }
  if (end < config.blocks) graph.output(visionPorts.next, widen(graph, x, shared.compute), 'float32', ['patches', config.width]);
  else graph.output(visionPorts.tokens, widen(graph, merged(context, x, config), shared.compute), 'float32', ['tokens', stored(shared.weights, 'visual.merger.mlp.2.bias').shape[0] ?? 0]);
  return graph;
}

/** A convolution whose stride is its size is a matrix, and its weights lie in the file as one. */
function embedded(context: LayerContext, { width, patch, frames }: VisionConfig): Value {
  const { graph, compute } = context;
  const features = 3 * frames * patch * patch;
  const weight = parameter(context, stored(context.weights, 'visual.patch_embed.proj.weight'), [width, features]);
  const patches = narrow(graph, graph.input(visionPorts.patches, 'float32', ['patches', features]), compute);
  return graph.op('Gemm', [patches, weight], { name: 'visual.patch_embed.proj', attributes: { transB: 1 } });
}

/** Zero between patches with the same number, far below every score between others: `[1, 1, patches, patches]`. */
function togetherOnly({ graph, compute }: LayerContext, name: string): Value {
  const numbers = graph.input(name, 'int64', ['patches']);
  const along = (axes: readonly number[]) => graph.op('Unsqueeze', [numbers, graph.integers('axes', axes)], { name: `${name}.along` });
  const same = graph.op('Equal', [along([0, 1, 2]), along([0, 1, 3])], { name: `${name}.same` });
  return narrow(graph, graph.op('Where', [same, graph.scalar('seen', 0), graph.scalar('unseen', -1e4)], { name: `${name}.bias` }), compute);
}

interface Sight {
  readonly cos: Value;
  readonly sin: Value;
  readonly bias: Value;
}

function block(context: LayerContext, path: string, x: Value, { heads, width }: VisionConfig, { cos, sin, bias }: Sight): Value {
  const { graph } = context;
  const projected = linear(context, `${path}.attn.qkv`, rmsNorm(context, `${path}.norm1`, x));
  const [query, key, value] = graph.node('Split', [projected], { name: `${path}.attn.split`, count: 3, attributes: { axis: 1, num_outputs: 3 } });
  if (query === undefined || key === undefined || value === undefined) throw new Error('Split gave fewer values than asked for.');
  const turned = (part: Value, name: string) => rotary(context, `${path}.attn.${name}`, part, cos, sin, { heads, interleaved: false });
  const seen = attention(context, `${path}.attn`, [turned(query, 'query'), turned(key, 'key'), value], { heads, features: width / heads, bias });
  const attended = graph.op('Add', [x, linear(context, `${path}.attn.proj`, seen)], { name: `${path}.attended` });
  return graph.op('Add', [attended, gatedMlp(context, `${path}.mlp`, rmsNorm(context, `${path}.norm2`, attended))], { name: path });
}

/** Patches that are one token are side by side in the order of windows. */
function merged(context: LayerContext, x: Value, { width, merge }: VisionConfig): Value {
  const together = reshape(context, rmsNorm(context, 'visual.merger.ln_q', x), [-1, width * merge * merge], 'visual.merger.together');
  return linear(context, 'visual.merger.mlp.2', gelu(context, linear(context, 'visual.merger.mlp.0', together), 'none', 'visual.merger.mlp.1'));
}

/** `down(silu(gate(x)) · up(x))` */
export function gatedMlp(context: LayerContext, path: string, x: Value): Value {
  const gate = silu(context, linear(context, `${path}.gate_proj`, x), `${path}.act_fn`);
  return linear(context, `${path}.down_proj`, context.graph.op('Mul', [gate, linear(context, `${path}.up_proj`, x)], { name: `${path}.gated` }));
}
