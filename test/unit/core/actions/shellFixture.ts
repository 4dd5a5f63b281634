import { mkdtemp, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext, LinkedStep } from '../../../../src/core/actions/action';
import { PtySession } from '../../../../src/core/shell/ptySession';
import { linkedStep, makeContext, temporaryFolder } from '../../actionContext';

/** A workspace folder with a real shell in it. */
export interface ShellWorkspace {
  readonly folder: string;
  readonly logged: string[];
  readonly context: ReturnType<typeof makeContext>;
  session(): PtySession;
  dispose(): Promise<void>;
}

export async function openShellWorkspace(overrides: Partial<ActionContext> = {}): Promise<ShellWorkspace> {
  const folder = await realpath(await mkdtemp(temporaryFolder));
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const log = { debug: note, info: note, warn: note, error: note };
  const sessions: PtySession[] = [];
  const session = () => {
    const made = new PtySession({ folder, log, grace: 400 });
    sessions.push(made);
    return made;
  };
  const context = makeContext(folder, { shell: session(), log, ...overrides });
  return {
    folder,
    logged,
    context,
    session,
    async dispose() {
      await Promise.all(sessions.map((each) => each.reset()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A step of a task whose only block holds these lines. */
export function stepWithBlock(link: LinkedStep['link']['arguments'], lines: readonly string[], action: LinkedStep['link']['action'] = 'shell'): LinkedStep {
  const step = linkedStep({ action, arguments: link });
  const blocks = [{ language: 'bash', line: 3, lines, placeholders: [], introduction: undefined }];
  return { ...step, task: { ...step.task, blocks } };
}

export function inFolder(workspace: ShellWorkspace, ...parts: readonly string[]): string {
  return path.join(workspace.folder, ...parts);
}
