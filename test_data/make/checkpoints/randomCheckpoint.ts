import { autoencoderConfig, autoencoderLayout } from './autoencoderLayout';
import { componentFiles, type CheckpointFiles } from './componentFiles';
import { fitsBlocks, ggufFile } from './ggufFile';
import { randomTensors } from './madeTensor';
import { pipelineFiles } from './pipelineFiles';
import { textEncoderConfig, textEncoderLayout, type TextEncoderSize } from './textEncoderLayout';
import { makeTokenizer } from './tokenizerFiles';
import { transformerConfig, transformerLayout, type TransformerSize } from './transformerLayout';

/**
 * A Qwen-Image-Edit-2509 repository with its real files and parameter names, random weights in bfloat16 and sides so
 * small that it takes 4 MB. Every side differs from every other that it could be mistaken for.
 */
export function randomCheckpoint(): CheckpointFiles {
  const tokenizer = makeTokenizer(knownTexts);
  const encoder = { ...textEncoderSize, vocabulary: tokenizer.size };
  return {
    ...pipelineFiles(tokenizer),
    ...componentFiles('transformer', transformerConfig(transformerSize), randomTensors(transformerLayout(transformerSize), 'transformer'), {
      stem: 'diffusion_pytorch_model', type: 'BF16', shards: 2,
    }),
    ...componentFiles('vae', autoencoderConfig(baseChannels), randomTensors(autoencoderLayout(baseChannels), 'vae'), {
      stem: 'diffusion_pytorch_model', type: 'BF16', shards: 1,
    }),
    ...componentFiles('text_encoder', textEncoderConfig(encoder, tokenizer.known), randomTensors(textEncoderLayout(encoder), 'text_encoder'), {
      stem: 'model', type: 'BF16', shards: 2,
    }),
  };
}

/** The random transformer as a GGUF file: feed-forwards in 4 bits, the other linear layers in 8, the rest in floats. */
export function randomGguf(): Buffer {
  const tensors = randomTensors(transformerLayout(transformerSize), 'transformer');
  return ggufFile(tensors, 'qwen_image', (tensor) => {
    if (tensor.shape.length === 1) return 'F32';
    if (!fitsBlocks(tensor) || /^(img_in|txt_in|proj_out|norm_out)/.test(tensor.name)) return 'BF16';
    if (tensor.name.startsWith('time_text_embed')) return 'F16';
    return tensor.name.includes('_mlp.') ? 'Q4_0' : 'Q8_0';
  });
}

/** A side of 64 and multiples of 32, so that GGUF's blocks of 32 fit. */
export const transformerSize: TransformerSize = { layers: 3, heads: 4, headWidth: 16, joint: 96, axes: [4, 6, 6] };

const baseChannels = 8;

const textEncoderSize: Omit<TextEncoderSize, 'vocabulary'> = {
  hidden: 96, layers: 3, heads: 6, keyHeads: 2, inner: 160, sections: [2, 3, 3],
  vision: { hidden: 48, layers: 4, heads: 2, inner: 72, wholeBlocks: [1, 3] },
};

/** Whole words to the tokenizer; all other text falls into smaller pieces. */
const knownTexts = ['Turn the camera to the left and make the light warmer', 'put her on a beach at sunset', "don't", 'größer 山'];
