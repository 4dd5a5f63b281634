import { fork, type ChildProcess } from 'node:child_process';
import { fail, ok, type Result } from '../outcome';

/**
 * The sample's own Hub on loopback, so that the sample needs no network and no account. Started on first use in a child
 * process (`sample.mjs hub`), which ends with its parent.
 */
export class SampleHub {
  private child: ChildProcess | undefined;
  private started: Promise<Result<string>> | undefined;

  constructor(private readonly script: string) {}

  /** Its endpoint, `http://127.0.0.1:PORT`. */
  endpoint(): Promise<Result<string>> {
    this.started ??= this.start();
    return this.started;
  }

  dispose(): void {
    this.child?.kill();
    this.child = undefined;
    this.started = undefined;
  }

  private start(): Promise<Result<string>> {
    return new Promise((resolve) => {
      const child = fork(this.script, ['hub'], { execArgv: [], env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      this.child = child;
      let errors = '';
      child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
      child.once('message', (message) => resolve(ok((message as { endpoint: string }).endpoint)));
      const gone = (reason: string) => {
        this.started = undefined;
        resolve(
          fail({
            code: 'sample-hub',
            message: `The sample's Hub could not be started: ${reason}.`,
            advice: 'Build the project with `npm run build`, then run the step again.',
            short: 'no sample Hub',
            detail: errors,
          }),
        );
      };
      child.once('error', (error) => gone(error.message));
      child.once('exit', (code) => gone(`it ended with code ${code ?? 'none'}`));
    });
  }
}
