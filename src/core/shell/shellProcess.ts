import { spawn } from 'node:child_process';
import { familyOf, foregroundGroup, signal } from './processFamily';

/** A running shell, over a pty or over plain pipes. */
export interface ShellProcess {
  readonly pid: number;
  readonly terminal: boolean;
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** What Ctrl+C does. */
  interrupt(): void;
  /** Ends what runs in the foreground, but not the shell. */
  endForeground(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends the shell and everything that it started. */
  end(): Promise<void>;
}

export interface ShellStart {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
  output(text: string): void;
  ended(exitCode: number | undefined): void;
}

/** Starts the shell in a pseudoterminal. Throws where the native module cannot be loaded or the pty not be opened. */
export async function startInPty(start: ShellStart): Promise<ShellProcess> {
  const { spawn: spawnPty } = await import('@lydell/node-pty');
  const pty = spawnPty(start.program, [...start.args], {
    name: 'xterm-256color',
    cols: start.columns,
    rows: start.rows,
    cwd: start.folder,
    env: { ...start.environment, TERM: 'xterm-256color' },
  });
  let alive = true;
  pty.onData((text) => start.output(text));
  pty.onExit(({ exitCode, signal: cause }) => {
    alive = false;
    start.ended(cause ? 128 + cause : exitCode);
  });
  return {
    pid: pty.pid,
    terminal: true,
    write: (text) => alive && pty.write(text),
    resize: (columns, rows) => alive && pty.resize(columns, rows),
    interrupt: () => alive && pty.write('\u0003'),
    endForeground: async (name) => {
      const group = await foregroundGroup(pty.pid);
      if (group !== undefined) signal([-group], name);
    },
    end: async () => {
      if (!alive) return;
      await endFamily(pty.pid, () => alive && pty.kill());
    },
  };
}

/** Starts the shell over pipes: no progress bars, but everything else works. */
export async function startOverPipes(start: ShellStart): Promise<ShellProcess> {
  const child = spawn(start.program, start.args, {
    cwd: start.folder,
    env: { ...start.environment, TERM: 'dumb' },
    // A group of its own, so that an interrupt reaches it and not this process.
    detached: process.platform !== 'win32',
    stdio: 'pipe',
    windowsHide: true,
  });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = child.pid ?? 0;
  let alive = true;
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => start.output(text));
  child.stdin.on('error', () => {});
  child.on('error', () => {});
  child.on('close', (exitCode) => {
    alive = false;
    start.ended(exitCode ?? undefined);
  });
  return {
    pid,
    terminal: false,
    write: (text) => alive && child.stdin.write(text),
    resize: () => {},
    interrupt: () => signal(process.platform === 'win32' ? [] : [-pid], 'SIGINT'),
    endForeground: async (name) => signal((await familyOf(pid)).slice(1), name),
    end: async () => {
      if (alive) await endFamily(pid, () => child.kill('SIGHUP'));
    },
  };
}

/** Politely first, then not: a program that ignores SIGHUP and SIGTERM must not outlive its session. */
async function endFamily(shell: number, hangUp: () => void): Promise<void> {
  const family = await familyOf(shell);
  hangUp();
  signal(family.slice(1), 'SIGTERM');
  for (let waited = 0; waited < 500 && family.some(isAlive); waited += 25) await new Promise((resolve) => setTimeout(resolve, 25));
  signal(family, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
