import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fail, ok, type Failure, type Result } from '../../outcome';
import { shellQuote } from '../../shell/quoting';

export interface CommandEnd {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Given to the command on its standard input. */
  readonly input?: string;
  /** Called with each line instead of collecting them: queues of big clusters are long. */
  line?(text: string): void;
  readonly signal?: AbortSignal;
  readonly timeoutMilliseconds?: number;
}

/** Where Slurm's commands run: on this machine, or on a login node by plain ssh. */
export class Cluster {
  /** @param remote `user@host`, checked to begin with no hyphen */
  constructor(readonly remote?: string) {}

  /** Runs a command given as words; whatever they hold reaches the command as it is. */
  async run(words: readonly string[], { input, line, signal, timeoutMilliseconds = 120_000 }: CommandOptions = {}): Promise<Result<CommandEnd>> {
    const [program = '', ...rest] = this.remote === undefined ? words : ['ssh', '-o', 'BatchMode=yes', '--', this.remote, words.map(shellQuote).join(' ')];
    return new Promise((resolve) => {
      const child = spawn(program, rest, { env: cleanEnvironment(process.env), stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMilliseconds, ...(signal === undefined ? {} : { signal }) });
      let stdout = '';
      let stderr = '';
      if (line) createInterface({ input: child.stdout }).on('line', (text) => line(text));
      else child.stdout.on('data', (chunk: Buffer) => (stdout = (stdout + chunk.toString()).slice(-longestAnswer)));
      child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-8000)));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
      child.once('error', (error) => resolve(fail(notRun(words[0] ?? '', this.remote, error))));
      child.once('close', (code) => resolve(code === 255 && this.remote !== undefined ? fail(notReached(this.remote, stderr)) : ok({ code: code ?? undefined, stdout, stderr })));
    });
  }
}

const longestAnswer = 1_000_000;

/** Without what an editor says to its own children, and without tokens: jobs get the submitter's environment. */
function cleanEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(ELECTRON_|VSCODE_|NODE_OPTIONS$|HF_TOKEN$|HUGGING_FACE_HUB_TOKEN$|SBATCH_|SLURM_(?!CONF$))/.test(name)));
}

function notRun(program: string, remote: string | undefined, error: NodeJS.ErrnoException): Failure {
  if (error.name === 'AbortError') return { code: 'cancelled', message: 'The question to Slurm was cancelled.', advice: 'Run the step again.', short: 'cancelled' };
  const missing = remote === undefined ? program : 'ssh';
  return {
    code: 'slurm-missing',
    message: `${missing} cannot be run on this machine (${error.code ?? error.message}).`,
    advice: remote === undefined ? 'Open the editor on the login node, or name one as "remote" under "executor" in evaluation.json.' : 'Install an SSH client.',
    short: 'no Slurm here',
  };
}

function notReached(remote: string, stderr: string): Failure {
  return {
    code: 'cluster-not-reached',
    message: `${remote} was not reached by ssh: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    advice: `Try "ssh ${remote}" in a terminal; it must come in without a question (a key, and an agent that holds it).`,
    short: 'no connection',
    detail: stderr,
  };
}
