import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { replaceFile } from '../report/replaceFile';
import { shellQuote } from './quoting';
import type { ShellResult } from './shellSession';

/**
 * What later steps rely on and a new shell would have lost (the editor was closed, `exit` ended the shell): the folder
 * and the active virtual environment. Kept in the plan's storage.
 */
interface Remembered {
  readonly version: 1;
  readonly folder: string;
  readonly virtualEnvironment?: string;
}

type Context = Pick<ActionContext, 'shell' | 'signal' | 'paths' | 'log'>;

/** Before a step's first command: brings a new shell to where the last one was. */
export async function restoreSession(context: Context): Promise<void> {
  const asked = await ask(context, `printf '%s' "\${__evalmark_known-new}"; __evalmark_known=known`);
  if (asked?.trim() !== 'new') return;
  const remembered = await readMemory(context);
  if (!remembered) return;
  if (await isFolder(remembered.folder)) await ask(context, `cd ${shellQuote(remembered.folder)}`);
  if (remembered.virtualEnvironment === undefined) return;
  const activate = await activationScript(remembered.virtualEnvironment);
  const done = activate !== undefined && (await ask(context, `. ${shellQuote(activate)} && printf active`))?.endsWith('active');
  if (done) context.log.info(`A new shell was started; the virtual environment ${remembered.virtualEnvironment} is active in it again.`);
  else context.log.warn(`The virtual environment ${remembered.virtualEnvironment} is gone; run the steps that create and activate it again.`);
}

/** After a step's last command. */
export async function rememberSession(context: Context, folder: string): Promise<void> {
  const virtualEnvironment = await activeEnvironment(context);
  const inWorkspace = folder === context.paths.workspace || folder === (await realpath(context.paths.workspace).catch(() => undefined));
  const before = await readMemory(context);
  if (before?.folder === folder && before.virtualEnvironment === virtualEnvironment) return;
  if (!before && inWorkspace && virtualEnvironment === undefined) return;
  const remembered: Remembered = { version: 1, folder, ...(virtualEnvironment === undefined ? {} : { virtualEnvironment }) };
  const written = await replaceFile(memoryFile(context), `${JSON.stringify(remembered, undefined, 2)}\n`);
  if (!written.ok) context.log.warn(`${written.failure.message} A new shell will start without the environment of this one.`);
}

/** `VIRTUAL_ENV` of the session; `undefined` when none is active. */
export async function activeEnvironment(context: Context): Promise<string | undefined> {
  const active = (await ask(context, `printf '%s' "\${VIRTUAL_ENV-}"`))?.trim();
  return active === undefined || active === '' ? undefined : active;
}

/** Evalmark's own questions are neither shown in the terminal nor allowed to fail a step. */
async function ask({ shell, signal }: Context, command: string): Promise<string | undefined> {
  const result: ShellResult = await shell.run(command, { signal, quiet: true });
  return result.kind === 'exited' ? result.output : undefined;
}

async function readMemory(context: Context): Promise<Remembered | undefined> {
  try {
    const parsed = JSON.parse(await readFile(memoryFile(context), 'utf8')) as Partial<Remembered> | null;
    if (typeof parsed?.folder !== 'string' || !path.isAbsolute(parsed.folder)) return undefined;
    return { version: 1, folder: parsed.folder, ...(typeof parsed.virtualEnvironment === 'string' ? { virtualEnvironment: parsed.virtualEnvironment } : {}) };
  } catch {
    return undefined;
  }
}

async function activationScript(environment: string): Promise<string | undefined> {
  for (const script of [path.join(environment, 'bin', 'activate'), path.join(environment, 'Scripts', 'activate')]) {
    if (await stat(script).then((found) => found.isFile(), () => false)) return script;
  }
  return undefined;
}

function memoryFile({ paths }: Context): string {
  return path.join(paths.storage, 'shell.json');
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then((found) => found.isDirectory(), () => false);
}
