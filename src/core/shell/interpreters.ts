import type { ActionContext } from '../actions/action';
import { shellQuote } from './quoting';
import { activeEnvironment } from './sessionMemory';

/** As far as the plan says: `3.13` fits every 3.13.x. */
export function isVersion(found: string, expected: string): boolean {
  const parts = found.split('.');
  return expected.split('.').every((part, index) => Number(part) === Number(parts[index] ?? Number.NaN));
}

/** What to do where Python has another version than the plan wants: use one that is on this machine, or get it. */
export async function pythonAdvice(found: string, expected: string, context: ActionContext): Promise<string> {
  const present = await pythonOf(expected, context);
  const environment = await activeEnvironment(context);
  const otherwise = `; or, where ${found} will do, correct the version in the plan`;
  if (present !== undefined) {
    const remake = environment === undefined ? `make the virtual environment with it: ${present} -m venv venv` : `make the virtual environment anew with it: ${present} -m venv --clear ${shellQuote(environment)}`;
    return `Python ${expected} is on this machine as ${present}: ${remake}${otherwise}.`;
  }
  const remake = environment === undefined ? '' : ', then make the virtual environment anew with it';
  return `Install Python ${expected} (uv python install ${expected}, pyenv install ${expected}, or python.org)${remake}${otherwise}.`;
}

/** How to call a Python of that version which is installed beside the first one on the path. */
async function pythonOf(expected: string, { shell, signal }: ActionContext): Promise<string | undefined> {
  const [major = '3', minor] = expected.split('.');
  const names = [...(minor === undefined ? [] : [`python${major}.${minor}`]), `python${major}`];
  const tools = names.map((name) => `command -v ${name}`);
  // Each of these tells a path, where the tool is there at all; none of them installs anything.
  const asked = [...tools, `uv python find --no-python-downloads ${expected}`, ...(minor === undefined ? [] : [`pyenv prefix ${expected} | sed 's|$|/bin/python|'`])];
  for (const question of asked) {
    const answer = await shell.run(`( ${question} ) 2>/dev/null`, { signal, quiet: true });
    const place = answer.kind === 'exited' && answer.exitCode === 0 ? answer.output.trim().split('\n')[0] : undefined;
    if (place === undefined || !/^[/~][^\n]*$/.test(place)) continue;
    const said = await shell.run(`${shellQuote(place)} --version`, { signal, quiet: true });
    const version = said.kind === 'exited' && said.exitCode === 0 ? /\d+(?:\.\d+)+/.exec(said.output)?.[0] : undefined;
    if (version !== undefined && isVersion(version, expected)) return place;
  }
  return undefined;
}
