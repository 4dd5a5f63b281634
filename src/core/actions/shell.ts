import { commandFailure, commandName } from '../shell/commandFailure';
import { commandsAtLines, commandsOfBlock } from '../shell/commandLines';
import { fillPlaceholders, placeholderNames } from '../shell/placeholders';
import { placeholderValues } from '../shell/placeholderValues';
import { unmetPostcondition } from '../shell/postconditions';
import { rememberSession, restoreSession } from '../shell/sessionMemory';
import { inShellTurn } from '../shell/stepTurn';
import { locateFolders } from '../shell/workspaceFolder';
import { cancelled, done, fail, failed, ok, type Outcome, type Result } from '../outcome';
import type { Action, ActionContext, LinkedStep } from './action';

/**
 * Runs a step's own commands in the plan's shell, one after the other, up to the first that fails. Everything that can
 * be known beforehand (lines, syntax, placeholders) is settled before the first one runs.
 */
export const shell: Action = {
  name: 'shell',
  async run(step, context) {
    const written = await commandsOf(step);
    if (!written.ok) return failed(written.failure);
    const commands = await prepare(written.value, context);
    if (!commands.ok) return failed(commands.failure);
    return inShellTurn(context.shell, () => runAll(commands.value, context));
  },
};

async function commandsOf({ link, task }: LinkedStep): Promise<Result<readonly string[]>> {
  const { command, block = '0', lines } = link.arguments;
  if (command !== undefined && command.trim() !== '') return ok([command]);
  const chosen = task.blocks[Number(block)];
  if (!chosen) {
    return fail({
      code: 'no-shell-block',
      message: task.blocks.length === 0 ? `Task ${task.id} has no shell block.` : `Task ${task.id} has no shell block number ${block} (counted from 0).`,
      advice: 'Add a fenced bash block to the task, or link the step to another action.',
      short: 'no block',
    });
  }
  const all = await commandsOfBlock(chosen);
  if (!all.ok) return all;
  const own = commandsAtLines(all.value, lines);
  if (!own.ok) return own;
  if (own.value.length > 0) return ok(own.value.map(({ text }) => text));
  return fail({ code: 'empty-shell-block', message: 'The shell block holds no command.', advice: 'Write the commands into the block.', short: 'empty block' });
}

async function prepare(commands: readonly string[], context: ActionContext): Promise<Result<readonly string[]>> {
  const lookup = commands.some(mayHavePlaceholder) ? await placeholderValues(context) : () => undefined;
  const filled: string[] = [];
  for (const command of commands) {
    const each = fillPlaceholders(command, lookup);
    if (!each.ok) return each;
    if (placeholderNames(command).length > 0) context.log.info(`"${commandName(command)}" runs for ${each.value.length === 1 ? 'one value' : `${each.value.length} values`}.`);
    filled.push(...each.value);
  }
  return ok(filled);
}

function mayHavePlaceholder(command: string): boolean {
  return /<[A-Za-z]/.test(command);
}

async function runAll(commands: readonly string[], context: ActionContext): Promise<Outcome> {
  if (context.signal.aborted) return cancelled;
  await restoreSession(context);
  let folder = context.paths.workspace;
  for (const [index, command] of commands.entries()) {
    context.progress({ message: commandName(command), completed: index, total: commands.length, unit: 'items' });
    const ran = await runOne(command, context);
    if ('outcome' in ran) return ran.outcome;
    folder = ran.folder;
  }
  // An option that would end the shell at the next step's first failure.
  if (commands.some((command) => /\bset\s+-\w*e|\berrexit\b/.test(command))) await context.shell.run('set +e', { signal: context.signal, quiet: true });
  await rememberSession(context, folder);
  const [first = ''] = commands;
  return done(commands.length === 1 ? `"${commandName(first)}" succeeded` : `${commands.length} commands succeeded`);
}

async function runOne(written: string, context: ActionContext): Promise<{ readonly folder: string } | { readonly outcome: Outcome }> {
  const { command, notes, missing } = await locateFolders(written, context.paths.workspace);
  notes.forEach((note) => context.log.info(note));
  context.log.info(`$ ${command}`);
  const result = await context.shell.run(command, { signal: context.signal });
  if (result.kind === 'cancelled') return { outcome: cancelled };
  if (result.output.trim() !== '') context.log.info(result.output.trimEnd());
  if (result.kind === 'exited' && result.exitCode === 0) {
    const unmet = await unmetPostcondition(command, result.folder, context);
    return unmet ? { outcome: failed(unmet) } : { folder: result.folder };
  }
  const failure = commandFailure(command, result);
  if (missing.length === 0) return { outcome: failed(failure) };
  const name = context.paths.workspace.split(/[\\/]/).at(-1) ?? '';
  return {
    outcome: failed({
      ...failure,
      advice: `The plan changes to ${missing.join(', ')}, which does not exist here: make the last part of it "${name}" (the open folder's name), or correct the path in the block.`,
      short: 'no such folder',
    }),
  };
}
