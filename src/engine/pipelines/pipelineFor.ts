import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { EditRequest, EditWatch } from '../../core/evaluation/inference';
import { fail, type Failure, type Result } from '../../core/outcome';
import { readModelHeader } from '../graph/modelHeader';
import { readConfig } from '../models/readConfig';
import { identifyFile } from './identifyFile';
import { OnnxImageToImage } from './onnxImageToImage';
import type { EngineProcessSettings } from '../protocol';
import type { Pipeline } from './pipeline';
import { QwenImageEditPlus, type CheckpointOptions } from './qwenImageEditPlus/qwenImageEditPlus';

/**
 * Loads the pipeline that fits the files, or says why none does.
 * @param watch told what goes on and asked whether to go on: packing weights takes minutes
 */
export async function pipelineFor({ model, engine }: Pick<EditRequest, 'model' | 'engine'>, settings: EngineProcessSettings, watch: EditWatch = unwatched): Promise<Result<Pipeline>> {
  const found = await stat(model.path).catch(() => undefined);
  if (!found) return fail(missing(model.path));
  if (found.isDirectory()) return checkpointPipeline(model.path, { engine, settings, watch, ...(model.transformer === undefined ? {} : { transformer: model.transformer }) });
  const name = path.basename(model.path);
  if (model.transformer !== undefined) return fail(noPlaceForTransformer(name));
  const header = await readModelHeader(model.path);
  if (header.kind === 'truncated') {
    return fail({
      code: 'model-truncated',
      message: `${name} is incomplete: it ends after ${header.bytes} of at least ${header.expected} bytes.`,
      advice: 'Download it again (Verify downloads finds such files).',
      short: 'incomplete model',
    });
  }
  if (header.kind === 'foreign') {
    return fail({
      code: 'not-an-onnx-model',
      message: `${name} is no ONNX model: it is ${await identifyFile(model.path)}.`,
      advice: 'Name an .onnx file of the repository as "file" in evaluation.json, or download the model again.',
      short: 'not ONNX',
    });
  }
  if (model.loras.length > 0) {
    return fail({
      code: 'loras-not-supported',
      message: `${name} is a single ONNX file, and LoRAs cannot be put on top of one.`,
      advice: 'Use a checkpoint in the diffusers layout as base, or an ONNX file with the LoRA merged.',
      short: 'no LoRAs here',
    });
  }
  return OnnxImageToImage.load(model, header, engine);
}

function noPlaceForTransformer(name: string): Failure {
  return {
    code: 'transformer-not-supported',
    message: `${name} is a single file, and has no transformer whose place another could take.`,
    advice: 'Name a checkpoint in the diffusers layout as "base" in evaluation.json, or leave "transformer" out.',
    short: 'no checkpoint',
  };
}

function missing(file: string): Failure {
  return { code: 'model-missing', message: `The model file ${path.basename(file)} is not there.`, advice: 'Run the download step of this model, then this step again.', short: 'model missing' };
}

const unwatched: EditWatch = { signal: new AbortController().signal, progress: () => undefined };

async function checkpointPipeline(folder: string, options: CheckpointOptions): Promise<Result<Pipeline>> {
  const index = await readConfig(path.join(folder, 'model_index.json'), (fields) => fields.text('_class_name', ''));
  if (!index.ok) return fail(index.failure.code === 'config-missing' ? noCheckpoint(folder) : index.failure);
  return /^(?:Onnx|ORT)?QwenImageEditPlusPipeline$/.test(index.value) ? QwenImageEditPlus.load(folder, options) : fail(unsupported(index.value));
}

function noCheckpoint(folder: string): Failure {
  return {
    code: 'not-a-model',
    message: `The folder ${path.basename(folder)} holds no model_index.json, so it is no diffusers checkpoint.`,
    advice: 'Name a file such as model.onnx as "file" of the model in evaluation.json.',
    short: 'no model',
  };
}

function unsupported(name: string): Failure {
  return {
    code: 'pipeline-not-supported',
    message: `The checkpoint wants the pipeline ${name === '' ? '(model_index.json names none)' : name.slice(0, 80)}, which this version of Evalmark cannot run; it knows QwenImageEditPlusPipeline.`,
    advice: 'Use Qwen-Image-Edit-2509 or a single-file ONNX model, or run the step "Create scripts/…" and the script that it writes with diffusers.',
    short: 'pipeline unknown',
  };
}
