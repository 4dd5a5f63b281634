import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext } from '../actions/action';
import type { Failure } from '../outcome';
import { commandName } from './commandFailure';
import { activeEnvironment } from './sessionMemory';
import { foldersMade, simpleCommands } from './simpleCommands';
import { environmentActivated, environmentMade } from './virtualEnvironment';

/**
 * A command that exited with 0 has not always done its work. For those whose work is known (virtual environments,
 * folders), looks whether it is there; the failure says what is not.
 * @param folder the shell's folder after the command
 */
export async function unmetPostcondition(command: string, folder: string, context: ActionContext): Promise<Failure | undefined> {
  const simple = simpleCommands(command);
  // Where a command moves about on its way, its relative paths are nobody's guess.
  if (command.includes('(') || simple.some(({ words }, index) => index > 0 && /^(?:cd|pushd|popd)$/.test(words[0] ?? ''))) return undefined;
  for (const made of foldersMade(command)) {
    if (!(await isFolder(path.resolve(folder, made)))) return unmet(command, `the folder ${made} is not there`, 'no folder');
  }
  for (const one of simple) {
    const environment = environmentMade(one);
    if (environment !== undefined && !(await hasPython(path.resolve(folder, environment)))) {
      return unmet(command, `${environment} has no Python in it`, 'no Python in venv');
    }
    const activated = environmentActivated(one);
    if (activated !== undefined && !(await isActive(path.resolve(folder, activated), context))) {
      return unmet(command, `${activated} is not active in the shell`, 'not active');
    }
  }
  return undefined;
}

async function hasPython(folder: string): Promise<boolean> {
  const programs = [path.join(folder, 'bin', 'python'), path.join(folder, 'Scripts', 'python.exe')];
  return (await Promise.all(programs.map((program) => stat(program).then((found) => found.isFile(), () => false)))).includes(true);
}

async function isActive(folder: string, context: ActionContext): Promise<boolean> {
  const active = await activeEnvironment(context);
  return active !== undefined && (await real(active)) === (await real(folder));
}

async function real(file: string): Promise<string> {
  return realpath(file).catch(() => path.resolve(file));
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then((found) => found.isDirectory(), () => false);
}

function unmet(command: string, what: string, short: string): Failure {
  return {
    code: 'command-without-effect',
    message: `"${commandName(command)}" reported success, but ${what}.`,
    advice: 'Run the command in the plan\'s terminal and look at what it does.',
    short,
  };
}
