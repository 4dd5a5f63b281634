import type { ShellSession } from './shellSession';

/** The commands of a step follow each other: no other step's come between them, though both use one shell. */
export async function inShellTurn<Value>(shell: ShellSession, work: () => Promise<Value>): Promise<Value> {
  const mine = (turns.get(shell) ?? Promise.resolve()).then(work);
  turns.set(
    shell,
    mine.catch(() => {}),
  );
  return mine;
}

const turns = new WeakMap<ShellSession, Promise<unknown>>();
