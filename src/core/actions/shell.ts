import path from 'node:path';
import { commandFailure, commandName } from '../shell/commandFailure';
import { commandSummary } from '../shell/commandSummary';
import { commandsAtLines, commandsOfBlock } from '../shell/commandLines';
import { fillPlaceholders, placeholderNames } from '../shell/placeholders';
import { placeholderValues } from '../shell/placeholderValues';
import { unmetPostcondition } from '../shell/postconditions';
import { rememberSession, restoreSession } from '../shell/sessionMemory';
import { inShellTurn } from '../shell/stepTurn';
import { locateFolders } from '../shell/workspaceFolder';
import { cancelled, done, fail, failed, ok, type Outcome, type Result } from '../outcome';
import type { Action, ActionContext, LinkedStep } from './action';
import { commandsInTurn, downloadArguments, hubCommandOf, type HubCommand } from './rules/hubCommand';

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
    return inShellTurn(context.shell, () => runAll(commands.value, step, context));
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
    filled.push(...each.value.flatMap(withHubLinesApart));
  }
  return ok(filled);
}

/** `pip install huggingface_hub && hf download …`: the part for the Hub is Evalmark's own work. */
function withHubLinesApart(command: string): readonly string[] {
  const parts = commandsInTurn(command);
  return parts.some((part) => hubCommandOf(part)) ? parts : [command];
}

function mayHavePlaceholder(command: string): boolean {
  return /<[A-Za-z]/.test(command);
}

async function runAll(commands: readonly string[], step: LinkedStep, context: ActionContext): Promise<Outcome> {
  if (context.signal.aborted) return cancelled;
  await restoreSession(context);
  let folder = context.paths.workspace;
  const summaries: string[] = [];
  for (const [index, command] of commands.entries()) {
    context.progress({ message: commandName(command), completed: index, total: commands.length, unit: 'items' });
    const hub = hubCommandOf(command);
    const ran = hub ? await runOnHub(hub, command, step, context) : await runOne(command, context);
    if ('outcome' in ran) return ran.outcome;
    folder = ran.folder;
    if (ran.summary !== undefined) summaries.push(ran.summary);
  }
  // An option that would end the shell at the next step's first failure.
  if (commands.some((command) => /\bset\s+-\w*e|\berrexit\b/.test(command))) await context.shell.run('set +e', { signal: context.signal, quiet: true });
  await rememberSession(context, folder);
  const [first = ''] = commands;
  if (summaries.length > 0) return done(summaries.join('; '));
  return done(commands.length === 1 ? `"${commandName(first)}" succeeded` : `${commands.length} commands succeeded`);
}

/** A line for the `hf` tool is done by the actions that do the same, whatever is installed: resumed, verified, with progress. */
async function runOnHub(hub: HubCommand, command: string, step: LinkedStep, context: ActionContext): Promise<Ran | { readonly outcome: Outcome }> {
  context.log.info(`$ ${command} (done by Evalmark itself)`);
  const at = await context.shell.run('pwd', { signal: context.signal, quiet: true });
  if (at.kind === 'cancelled') return { outcome: cancelled };
  const folder = at.kind === 'exited' ? at.folder : context.paths.workspace;
  const outcome = await hubAction(hub, command, folder, step, context);
  return outcome.kind === 'done' ? { folder, summary: outcome.summary } : { outcome };
}

async function hubAction(hub: HubCommand, command: string, folder: string, step: LinkedStep, context: ActionContext): Promise<Outcome> {
  if (hub.kind === 'login') {
    const { login } = await import('./login');
    return login.run({ ...step, link: { ...step.link, action: 'login', arguments: { required: String(!/\bif (?:needed|required)\b/i.test(command)) } } }, context);
  }
  const { download } = await import('./download');
  const wanted = downloadArguments(hub);
  const located = wanted.folder === undefined ? wanted : { ...wanted, folder: path.resolve(folder, wanted.folder) };
  return download.run({ ...step, link: { ...step.link, action: 'download', arguments: located } }, context);
}

interface Ran {
  /** Where the shell is now. */
  readonly folder: string;
  readonly summary: string | undefined;
}

async function runOne(written: string, context: ActionContext): Promise<Ran | { readonly outcome: Outcome }> {
  const { command, notes, missing } = await locateFolders(written, context.paths.workspace);
  notes.forEach((note) => context.log.info(note));
  context.log.info(`$ ${command}`);
  const result = await context.shell.run(command, { signal: context.signal });
  if (result.kind === 'cancelled') return { outcome: cancelled };
  if (result.output.trim() !== '') context.log.info(result.output.trimEnd());
  if (result.kind === 'exited' && result.exitCode === 0) {
    const unmet = await unmetPostcondition(command, result.folder, context);
    return unmet ? { outcome: failed(unmet) } : { folder: result.folder, summary: await commandSummary(command, result.output, result.folder) };
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
