import { commands, type Disposable, type LogOutputChannel } from 'vscode';
import type { Attention } from '../ask/attention';
import type { CommandId } from './commandId';

/** A command without a handler does not compile. */
export type CommandHandlers = Readonly<Record<CommandId, (...args: readonly unknown[]) => unknown>>;

/** Every command counts as the person's attention; what goes wrong in one is in the log. */
export function registerCommands(handlers: CommandHandlers, attention: Attention, log: LogOutputChannel): readonly Disposable[] {
  return Object.entries(handlers).map(([id, handler]) =>
    commands.registerCommand(id, async (...args: readonly unknown[]) => {
      attention.notice();
      try {
        return await handler(...args);
      } catch (error) {
        log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        throw error;
      }
    }),
  );
}
