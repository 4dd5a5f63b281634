import { GraphBuilder, type Value } from '../../graph/graphBuilder';
import { attention, linear, narrow, operatorSet, rmsNorm, rotary, stored, widen, type LayerContext } from '../../graph/layers';
import type { Section } from '../sections';
import type { DecoderConfig } from './config';
import { decoderLayerPath, embeddingPath } from './tensors';
import { gatedMlp } from './visionGraph';

/** The decoder's inputs and outputs by name. Between sections the tokens are float32 rows. */
export const decoderPorts = { ids: 'ids', rows: 'rows', pictures: 'pictures', tokens: 'tokens', next: 'tokens.next', cos: 'cos', sin: 'sin' } as const;

/** Layers of transformers' `Qwen2_5_VLTextModel`, up to its last norm: there is nothing to be written. */
export function decoderGraph(shared: Omit<LayerContext, 'graph'>, config: DecoderConfig, { first, end }: Section): GraphBuilder {
  const graph = new GraphBuilder('Qwen2_5_VL.model', operatorSet);
  const context = { ...shared, graph };
  const pairs = config.headFeatures / 2;
  const angles = { cos: graph.input(decoderPorts.cos, 'float32', [1, 'tokens', pairs]), sin: graph.input(decoderPorts.sin, 'float32', [1, 'tokens', pairs]) };
  let x = first === 0 ? embedded(context, config) : narrow(graph, graph.input(decoderPorts.tokens, 'float32', ['tokens', config.width]), shared.compute);
  for (let index = first; index < end; index++) x = layer(context, decoderLayerPath(index), x, config, angles);
  if (end === config.layers) x = rmsNorm(context, 'model.norm', x, config.epsilon);
  graph.output(decoderPorts.next, widen(graph, x, shared.compute), 'float32', ['tokens', config.width]);
  return graph;
}

/** The rows of the words' table where it lies, then each token's own row of those and the pictures'. Only what is taken is widened. */
function embedded({ graph, weights, compute }: LayerContext, { width }: DecoderConfig): Value {
  const ids = graph.input(decoderPorts.ids, 'int64', ['tokens']);
  const rows = graph.input(decoderPorts.rows, 'int64', ['tokens']);
  const pictures = narrow(graph, graph.input(decoderPorts.pictures, 'float32', ['picture_tokens', width]), compute);
  const words = graph.op('Gather', [graph.weight(stored(weights, `${embeddingPath}.weight`)), ids], { name: embeddingPath, attributes: { axis: 0 } });
  const both = graph.op('Concat', [graph.cast(words, compute), pictures], { name: `${embeddingPath}.both`, attributes: { axis: 0 } });
  return graph.op('Gather', [both, rows], { name: `${embeddingPath}.placed`, attributes: { axis: 0 } });
}

function layer(context: LayerContext, path: string, x: Value, config: DecoderConfig, { cos, sin }: { readonly cos: Value; readonly sin: Value }): Value {
  const { graph } = context;
  const { heads, keyValueHeads, headFeatures, epsilon } = config;
  const normed = rmsNorm(context, `${path}.input_layernorm`, x, epsilon);
  const turned = (name: string, count: number) => rotary(context, `${path}.self_attn.${name}.turned`, linear(context, `${path}.self_attn.${name}`, normed), cos, sin, { heads: count, interleaved: false });
  const parts = [turned('q_proj', heads), turned('k_proj', keyValueHeads), linear(context, `${path}.self_attn.v_proj`, normed)] as const;
  const seen = attention(context, `${path}.self_attn`, parts, { heads, keyValueHeads, features: headFeatures, causal: true });
  const attended = graph.op('Add', [x, linear(context, `${path}.self_attn.o_proj`, seen)], { name: `${path}.attended` });
  return graph.op('Add', [attended, gatedMlp(context, `${path}.mlp`, rmsNorm(context, `${path}.post_attention_layernorm`, attended, epsilon))], { name: path });
}
