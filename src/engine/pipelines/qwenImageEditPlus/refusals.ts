import path from 'node:path';
import type { Failure } from '../../../core/outcome';
import type { Picture } from '../../pictures/loadPicture';

export const noLorasOnExport: Failure = {
  code: 'loras-not-supported',
  message: 'The transformer of this checkpoint is an ONNX file, and LoRAs cannot be put on top of one.',
  advice: 'Use the checkpoint with safetensors as base.',
  short: 'no LoRAs here',
};

export function tooNarrow(file: string, { width, height }: Picture): Failure {
  return {
    code: 'picture-too-narrow',
    message: `${path.basename(file)} is ${width}x${height}: nothing is left of such a shape at the size that the model works at.`,
    advice: 'Cut the picture to a shape of at most about 1:200.',
    short: 'too narrow',
  };
}

export function noNumbers(precision: string): Failure {
  return {
    code: 'bad-output',
    message: `The model gave values that are no numbers instead of a picture (computed in ${precision}).`,
    advice: 'Set "precision" to "bfloat16" or "float32" in evaluation.json, and look whether a LoRA is broken.',
    short: 'bad output',
  };
}
