import type { EditProgress, EditRequest, EditResult } from '../core/evaluation/inference';
import { fail, type Failure, type Result } from '../core/outcome';
import { editCancelled } from './childFailure';
import { EditDesk } from './editDesk';
import { startHeartbeat } from './heartbeat';
import { protocolVersion, type ChildMessage } from './protocol';
import { readHostMessage } from './protocolCheck';

/** Answers the host's messages until the host is gone. */
export function serve(): void {
  const desk = new EditDesk();
  const running = new Map<number, AbortController>();
  let turn: Promise<void> = Promise.resolve();

  process.on('message', (received) => {
    const message = readHostMessage(received);
    if (!message) return;
    if (message.kind === 'open') {
      desk.open(message.settings);
      return;
    }
    if (message.kind === 'invalid') {
      send({ kind: 'result', id: message.id, result: fail(misunderstood(message.problem)) });
      return;
    }
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    const { id, request } = message;
    const cancel = new AbortController();
    running.set(id, cancel);
    turn = turn.then(async () => {
      const result = await attempt(desk, request, cancel.signal, (progress) => send({ kind: 'progress', id, progress }));
      running.delete(id);
      send({ kind: 'result', id, result });
    });
  });
  process.on('disconnect', () => process.exit(0));
  startHeartbeat();
  send({ kind: 'ready', protocol: protocolVersion });
}

async function attempt(desk: EditDesk, request: EditRequest, signal: AbortSignal, progress: (report: EditProgress) => void): Promise<Result<EditResult>> {
  try {
    return await desk.edit(request, { signal, progress });
  } catch (error) {
    return fail(signal.aborted ? editCancelled : unexpected(error));
  }
}

function misunderstood(problem: string): Failure {
  return {
    code: 'request-invalid',
    message: `The inference process was asked for something that it cannot do: ${problem}.`,
    advice: 'Correct evaluation.json and the size of the edit; if it looks right, report this with the log.',
    short: 'bad request',
  };
}

function unexpected(error: unknown): Failure {
  return {
    code: 'engine-error',
    message: `The edit failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}.`,
    advice: 'Look at the log; if the model runs elsewhere, report it with the log.',
    short: 'edit failed',
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

function send(message: ChildMessage): void {
  process.send?.(message);
}
