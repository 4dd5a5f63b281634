import { commandFailure, commandName, lastLines } from '../shell/commandFailure';
import { commandsOfBlock } from '../shell/commandLines';
import { isVersion, pythonAdvice } from '../shell/interpreters';
import { comparePackages, listedPackages, wantedPackages } from '../shell/pythonPackages';
import { shellQuote } from '../shell/quoting';
import { restoreSession } from '../shell/sessionMemory';
import type { ShellResult } from '../shell/shellSession';
import { inShellTurn } from '../shell/stepTurn';
import { locateFolders } from '../shell/workspaceFolder';
import { cancelled, done, failed, type Failure, type Outcome } from '../outcome';
import type { Action, ActionContext, LinkedStep } from './action';

/** Compares what is installed in the plan's shell with what the plan says, and names what differs. */
export const check: Action = {
  name: 'check',
  run(step, context) {
    return inShellTurn(context.shell, async () => {
      if (context.signal.aborted) return cancelled;
      await restoreSession(context);
      const { kind } = step.link.arguments;
      if (kind === 'version') return checkVersion(step, context);
      if (kind === 'packages') return checkPackages(step, context);
      return checkCommand(step, context);
    });
  },
};

async function checkVersion({ link }: LinkedStep, context: ActionContext): Promise<Outcome> {
  const { program = '', expected = '' } = link.arguments;
  if (!/^\d+(?:\.\d+)*$/.test(expected) || !/^[\w.+-]+$/.test(program) || program.startsWith('-')) return failed(argumentsMissing('program and expected'));
  let found: ShellResult | undefined;
  for (const candidate of program === 'python' ? ['python', 'python3'] : [program]) {
    found = await context.shell.run(`${shellQuote(candidate)} --version`, { signal: context.signal });
    if (found.kind !== 'exited' || found.exitCode === 0) break;
  }
  if (!found || found.kind === 'cancelled') return cancelled;
  const title = `${program.charAt(0).toUpperCase()}${program.slice(1)}`;
  if (found.kind === 'ended' || found.exitCode !== 0) {
    const failure = commandFailure(`${program} --version`, found);
    return failed(found.kind === 'exited' ? { ...failure, code: `${program}-missing`, message: `${title} was not found, ${expected} is wanted.`, short: `no ${program}`.slice(0, 16) } : failure);
  }
  const version = /\d+(?:\.\d+)+/.exec(found.output)?.[0];
  if (version === undefined) {
    return failed({ code: `${program}-version`, message: `${title} does not say its version.`, advice: `Run ${program} --version in the plan's terminal.`, short: 'no version', detail: lastLines(found.output) });
  }
  if (isVersion(version, expected)) return done(`${title} ${version}`);
  return failed({
    code: `${program}-version`,
    message: `${title} ${version} found, ${expected} wanted.`,
    advice: program === 'python' ? await pythonAdvice(version, expected, context) : `Install ${title} ${expected}, or correct the version in the plan.`,
    short: `found ${version}`,
  });
}

async function checkPackages({ link, task }: LinkedStep, context: ActionContext): Promise<Outcome> {
  const { command = 'pip list', block } = link.arguments;
  const blocks = block === undefined ? task.blocks : task.blocks.slice(Number(block), Number(block) + 1);
  const commands = (await Promise.all(blocks.map(commandsOfBlock))).flatMap((found) => (found.ok ? found.value : []));
  const wanted = wantedPackages(commands.map(({ text }) => text));
  if (wanted.length === 0) {
    return failed({ code: 'no-packages', message: 'The task has no "pip install" line to compare with.', advice: 'Add one to the task\'s block, or link the step to another action.', short: 'no packages' });
  }
  const result = await context.shell.run(command, { signal: context.signal });
  if (result.kind === 'cancelled') return cancelled;
  if (result.kind === 'ended' || result.exitCode !== 0) return failed(commandFailure(command, result));
  const { missing, different } = comparePackages(wanted, listedPackages(result.output));
  if (missing.length === 0 && different.length === 0) return done(`all ${wanted.length} packages are installed`);
  const parts = [...(missing.length > 0 ? [`not installed: ${missing.join(', ')}`] : []), ...different];
  return failed({
    code: 'packages-missing',
    message: `${missing.length + different.length} of ${wanted.length} packages are not as the plan says: ${parts.join('; ')}.`,
    advice: 'Run the steps that install them, with the virtual environment active.',
    short: `${missing.length + different.length} missing`,
    detail: lastLines(result.output, 200),
  });
}

async function checkCommand({ link }: LinkedStep, context: ActionContext): Promise<Outcome> {
  const { command: written } = link.arguments;
  if (written === undefined || written.trim() === '') return failed(argumentsMissing('command'));
  const { command, notes } = await locateFolders(written, context.paths.workspace);
  notes.forEach((note) => context.log.info(note));
  const result = await context.shell.run(command, { signal: context.signal });
  if (result.kind === 'cancelled') return cancelled;
  if (result.kind === 'ended' || result.exitCode !== 0) return failed(commandFailure(command, result));
  const said = lastLines(result.output, 1);
  return done(said !== '' && said.length <= 60 ? said : `"${commandName(command)}" succeeded`);
}

function argumentsMissing(what: string): Failure {
  return { code: 'link-arguments', message: `The step's link lacks usable arguments: ${what}.`, advice: 'Correct the evalmark comment at the end of the step\'s line.', short: 'link' };
}
