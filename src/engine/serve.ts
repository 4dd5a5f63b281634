import type { EditProgress, EditRequest, EditResult } from '../core/evaluation/inference';
import type { NetworkMeasureRequest, NetworkMeasurement } from '../core/evaluation/networkMeasures';
import { fail, type Failure, type Result } from '../core/outcome';
import { editCancelled } from './childFailure';
import { EditDesk } from './editDesk';
import { startHeartbeat } from './heartbeat';
import { MeasureDesk } from './measures/measureDesk';
import { protocolVersion, type ChildMessage, type HostMessage } from './protocol';
import { readHostMessage } from './protocolCheck';

/** Answers the host's messages until the host is gone. */
export function serve(): void {
  const desk = new EditDesk();
  const measures = new MeasureDesk();
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
      send({ kind: message.answer, id: message.id, result: fail(misunderstood(message.problem)) });
      return;
    }
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    const cancel = new AbortController();
    running.set(message.id, cancel);
    turn = turn.then(async () => {
      const answer = await answerTo(message, { desk, measures }, cancel.signal);
      running.delete(message.id);
      send(answer);
    });
  });
  process.on('disconnect', () => process.exit(0));
  startHeartbeat();
  send({ kind: 'ready', protocol: protocolVersion });
}

type Job = Extract<HostMessage, { readonly kind: 'edit' | 'measure' }>;

async function answerTo(job: Job, { desk, measures }: { readonly desk: EditDesk; readonly measures: MeasureDesk }, signal: AbortSignal): Promise<ChildMessage> {
  const { id } = job;
  if (job.kind === 'measure') return { kind: 'measured', id, result: await measure(measures, job.request, signal) };
  return { kind: 'result', id, result: await attempt(desk, job.request, signal, (progress) => send({ kind: 'progress', id, progress })) };
}

async function measure(desk: MeasureDesk, request: NetworkMeasureRequest, signal: AbortSignal): Promise<Result<NetworkMeasurement>> {
  try {
    return await desk.measure(request, signal);
  } catch (error) {
    const words = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return fail({ code: 'measuring-failed', message: `Measuring failed: ${words}.`, advice: 'Look at the log.', short: 'not measured', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
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
