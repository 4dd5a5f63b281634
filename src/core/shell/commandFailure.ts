import type { Failure } from '../outcome';
import type { ShellResult } from './shellSession';

/** Why a command did not do its work, for the tree, the Problems panel and the log. */
export function commandFailure(command: string, result: Exclude<ShellResult, { readonly kind: 'cancelled' }>): Failure {
  const name = commandName(command);
  const detail = lastLines(result.output);
  if (result.kind === 'ended') {
    if (result.exitCode === undefined) {
      return { code: 'shell-gone', message: result.message, advice: 'Look at the terminal of the plan, then run the step again.', short: 'no shell', ...(detail ? { detail } : {}) };
    }
    return {
      code: 'shell-ended',
      message: `"${name}" ended the shell with exit code ${result.exitCode}.`,
      advice: 'Leave out exit (and set -e) in the block, or correct what made it give up; the next run starts a new shell.',
      short: `exit ${result.exitCode}`,
      detail,
    };
  }
  return {
    code: 'command-failed',
    message: `"${name}" failed with exit code ${result.exitCode}.`,
    advice: adviceFor(command, result.exitCode, result.output),
    short: `exit ${result.exitCode}`,
    detail: detail || 'It printed nothing.',
  };
}

/** The command in one line, short enough for a sentence. */
export function commandName(command: string): string {
  const [first = '', ...more] = command.trim().split('\n');
  const line = first.length > 80 ? `${first.slice(0, 79)}…` : first;
  return more.length > 0 && !line.endsWith('…') ? `${line} …` : line;
}

/** The end of an output, without blank lines around it. */
export function lastLines(output: string, count = 40): string {
  return output
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
    .split('\n')
    .slice(-count)
    .join('\n');
}

function adviceFor(command: string, exitCode: number, output: string): string {
  if (exitCode === 127) {
    const program = /(?:^|: )([^\s:]+): (?:command )?not found/m.exec(output)?.[1] ?? command.trim().split(/\s/)[0] ?? 'The program';
    return `${program} is not installed or not on the PATH of this shell: install it, or activate the environment that has it.`;
  }
  if (exitCode === 126) return 'The file is there but may not be run: give it the permission (chmod +x).';
  if (exitCode === 137) return 'It was killed, most often because memory ran out: close other programs, then run the step again.';
  if (/No space left on device/i.test(output)) return 'The disk is full: free some space, then run the step again.';
  if (/externally-managed-environment/.test(output)) return 'This Python refuses packages outside a virtual environment: run the step that creates and activates one first.';
  if (/ensurepip is not available/i.test(output)) return 'This Python came without the part that makes virtual environments: install it (Debian and Ubuntu: sudo apt install python3-venv), then run the step again.';
  const unfound = /No matching distribution found for (\S+)/.exec(output)?.[1];
  if (unfound !== undefined) return noRelease(unfound, output);
  if (/Temporary failure in name resolution|Could not resolve host|Connection refused|Network is unreachable/i.test(output)) return 'The network cannot be reached: check the connection, then run the step again.';
  if (/No such file or directory/.test(output)) return 'A file or folder of the command does not exist: check its paths, and in which folder the shell is.';
  return 'Read the output in the log, correct the cause, then run the step again.';
}

/** pip names the releases that it saw; none at all means that nothing is built for this Python or machine. */
function noRelease(wanted: string, output: string): string {
  const versions = /\(from versions: ([^)]*)\)/.exec(output)?.[1] ?? 'none';
  if (versions === 'none') return `The package index has nothing called ${wanted} for this Python and this machine: check the name, the index, and which Python versions it is built for.`;
  return `The package index has no ${wanted} for this Python; it has ${versions.split(', ').slice(-5).join(', ')}: take one of these in the plan's block.`;
}
