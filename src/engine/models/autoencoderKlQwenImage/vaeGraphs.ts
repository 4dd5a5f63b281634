import { GraphBuilder, type Value } from '../../graph/graphBuilder';
import { operatorSet } from '../../graph/layers';
import { activate, constantOf, convolution, middle, residualBlock, type VaeLayers } from './vaeLayers';
import type { VaeConfig } from './vaeConfig';

/** `picture` `[1, 3, rows, columns]` in -1..1 to `latents`: the mean of the posterior, normalised for the transformer. */
export function encoderGraph(config: VaeConfig, shared: Omit<VaeLayers, 'graph'>): GraphBuilder {
  const graph = new GraphBuilder('vae.encoder', operatorSet);
  const layers = { ...shared, graph };
  let x = convolution(layers, 'encoder.conv_in', graph.input('picture', 'float32', [1, 3, 'rows', 'columns']));
  // One flat list in the checkpoint: the blocks of a level, then what halves the picture.
  let index = 0;
  config.multipliers.forEach((_, level) => {
    for (let block = 0; block < config.blocks; block++) x = residualBlock(layers, `encoder.down_blocks.${index++}`, x);
    if (level < config.multipliers.length - 1) x = convolution(layers, `encoder.down_blocks.${index++}.resample.1`, x, { strides: [2, 2], pads: [0, 0, 1, 1] });
  });
  x = middle(layers, 'encoder.mid_block', x);
  x = convolution(layers, 'encoder.conv_out', activate(layers, 'encoder.norm_out', x));
  const posterior = convolution(layers, 'quant_conv', x);
  // The other half of the channels is the logarithm of the variance: an edit takes the mean, nothing is drawn.
  const mean = graph.op('Slice', [posterior, graph.integers('from', [0]), graph.integers('to', [config.latentChannels]), graph.integers('axis', [1])], { name: 'mean' });
  const centred = graph.op('Sub', [mean, channels(graph, 'latents_mean', config.mean)], { name: 'centred' });
  graph.output('latents', graph.op('Div', [centred, channels(graph, 'latents_std', config.deviation)], { name: 'normalised' }), 'float32', [1, config.latentChannels, 'latent_rows', 'latent_columns']);
  return graph;
}

/** `latents` as the transformer leaves them to `picture` `[1, 3, rows, columns]`, about -1..1: it is clipped once its tiles are one. */
export function decoderGraph(config: VaeConfig, shared: Omit<VaeLayers, 'graph'>): GraphBuilder {
  const graph = new GraphBuilder('vae.decoder', operatorSet);
  const layers = { ...shared, graph };
  const latents = graph.input('latents', 'float32', [1, config.latentChannels, 'latent_rows', 'latent_columns']);
  const spread = graph.op('Mul', [latents, channels(graph, 'latents_std', config.deviation)], { name: 'spread' });
  let x = graph.op('Add', [spread, channels(graph, 'latents_mean', config.mean)], { name: 'shifted' });
  x = convolution(layers, 'decoder.conv_in', convolution(layers, 'post_quant_conv', x));
  x = middle(layers, 'decoder.mid_block', x);
  config.multipliers.forEach((_, level) => {
    for (let block = 0; block <= config.blocks; block++) x = residualBlock(layers, `decoder.up_blocks.${level}.resnets.${block}`, x);
    if (level < config.multipliers.length - 1) x = convolution(layers, `decoder.up_blocks.${level}.upsamplers.0.resample.1`, doubled(graph, `decoder.up_blocks.${level}.upsamplers.0`, x));
  });
  x = convolution(layers, 'decoder.conv_out', activate(layers, 'decoder.norm_out', x));
  graph.output('picture', x, 'float32', [1, 3, 'rows', 'columns']);
  return graph;
}

/** Each pixel as four. */
function doubled(graph: GraphBuilder, path: string, x: Value): Value {
  const attributes = { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' };
  return graph.op('Resize', [x, undefined, graph.floats('scales', [1, 1, 2, 2])], { name: `${path}.resample.0`, attributes });
}

function channels(graph: GraphBuilder, name: string, values: readonly number[]): Value {
  return constantOf(graph, name, { dims: [1, values.length, 1, 1], values: Float32Array.from(values) });
}
