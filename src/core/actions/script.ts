import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { insideWorkspace } from '../evaluation/workspacePath';
import { done, fail, failed, ok, type Outcome, type Result } from '../outcome';
import { replaceFile } from '../report/replaceFile';
import type { Action, ActionContext } from './action';
import { lacking, type ScriptPart } from './scriptParts';
import { fillTemplate } from './scriptTemplate';
import { trialRun } from './scriptTrial';

/** Writes a diffusers script, checks that it has the parts that the plan asks for, and tries it. */
export const script: Action = {
  name: 'script',
  async run({ link }, context) {
    const { file, part = 'create' } = link.arguments;
    if (!file || !file.endsWith('.py')) {
      return failed({ code: 'no-script-named', message: 'The step does not say which script it is about.', advice: 'Name it, as in "Create scripts/test_base_model.py".', short: 'which script?' });
    }
    const target = await insideWorkspace(context.paths.workspace, file);
    if (!target.ok) return failed(target.failure);
    if (part === 'create') return createScript(file, target.value, context);
    const source = await readScript(file, target.value);
    if (!source.ok) return failed(source.failure);
    if (part === 'run') return trialRun(file, source.value, context);
    return checkPart(file, source.value, part);
  },
};

async function createScript(file: string, target: string, context: ActionContext): Promise<Outcome> {
  // A link is somebody's own too, even one that leads nowhere.
  if (await lstat(target).catch(() => undefined)) {
    const source = await readScript(file, target);
    return source.ok ? done('was there already, kept as it is') : failed(source.failure);
  }
  // The script reads it.
  const evaluation = await context.evaluation();
  if (!evaluation.ok) return failed(evaluation.failure);
  const text = await scriptText(file, context);
  if (!text.ok) return failed(text.failure);
  const written = await replaceFile(target, text.value);
  if (!written.ok) return failed(written.failure);
  context.wrote(target);
  return done(`${path.basename(file)} written from the template`);
}

async function scriptText(file: string, { paths }: ActionContext): Promise<Result<string>> {
  const evaluationFile = path.relative(paths.workspace, path.join(paths.planFolder, 'evaluation.json')).split(path.sep).join('/');
  return fillTemplate(/lora/i.test(path.basename(file)) ? 'lora' : 'base', {
    script: file,
    evaluation: evaluationFile,
    depth: String(path.posix.normalize(file.replaceAll('\\', '/')).split('/').length - 1),
  });
}

async function readScript(file: string, target: string): Promise<Result<string>> {
  try {
    const text = await readFile(target, 'utf8');
    if (text.trim() !== '' && !text.includes('\0')) return ok(text);
    return fail({ code: 'script-empty', message: `${file} is ${text === '' ? 'empty' : 'no Python script'}.`, advice: 'Delete it and run the step that creates it again.', short: 'empty script' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail(
      code === 'ENOENT'
        ? { code: 'script-missing', message: `${file} is not there.`, advice: `Run the step that creates ${file} first.`, short: 'no script' }
        : { code: 'script-unreadable', message: `${file} cannot be read (${code ?? String(error)}).`, advice: 'Check that it is a file that you may read.', short: 'unreadable' },
    );
  }
}

function checkPart(file: string, source: string, part: string): Outcome {
  const missing = lacking(source, part as ScriptPart);
  if (missing === undefined) {
    return failed({ code: 'unknown-part', message: `"${part}" is no part of a script that is known here.`, advice: 'Use create, loading, prompts, vram, errors, lora, loraPrompts or run.', short: 'unknown part' });
  }
  const [first] = missing;
  if (first === undefined) return done(`in ${path.basename(file)}`);
  return failed({
    code: 'script-lacks',
    message: `${file} has no ${missing.map(({ what }) => what).join(' and no ')}.`,
    advice: `Add it (${first.hint}), or move the script away and run the step that creates it, for the template has it.`,
    short: `no ${first.what}`.slice(0, 24),
  });
}
