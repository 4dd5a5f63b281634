import { analyticAutoencoder, analyticBaseChannels } from './analyticAutoencoder';
import { analyticTextEncoder, analyticTextEncoderSize } from './analyticTextEncoder';
import { analyticTransformer, analyticTransformerSize } from './analyticTransformer';
import { wishTexts } from './analyticWords';
import { autoencoderConfig } from './autoencoderLayout';
import { componentFiles, type CheckpointFiles } from './componentFiles';
import { pipelineFiles } from './pipelineFiles';
import { textEncoderConfig } from './textEncoderLayout';
import { makeTokenizer } from './tokenizerFiles';
import { transformerConfig } from './transformerLayout';

/**
 * A Qwen-Image-Edit-2509 repository of 8 MB that edits pictures in a second on two CPU cores: nothing in it is learned,
 * its weights are worked out. It follows the words of `analyticWords.ts` and blurs a little.
 */
export function analyticCheckpoint(): CheckpointFiles {
  const tokenizer = makeTokenizer(wishTexts);
  return {
    ...pipelineFiles(tokenizer),
    ...componentFiles('transformer', transformerConfig(analyticTransformerSize), analyticTransformer(), { stem: 'diffusion_pytorch_model', type: 'BF16', shards: 2 }),
    ...componentFiles('vae', autoencoderConfig(analyticBaseChannels), analyticAutoencoder(), { stem: 'diffusion_pytorch_model', type: 'BF16', shards: 1 }),
    ...componentFiles('text_encoder', textEncoderConfig(analyticTextEncoderSize(tokenizer.size), tokenizer.known), analyticTextEncoder(tokenizer), { stem: 'model', type: 'BF16', shards: 1 }),
  };
}
