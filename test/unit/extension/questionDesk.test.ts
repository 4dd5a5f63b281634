import { expect, it } from 'vitest';
import { Attention } from '../../../src/extension/ask/attention';
import { QuestionDesk, type WaitingQuestion } from '../../../src/extension/ask/questionDesk';

it('puts a question at once to a person who is there', async () => {
  const { desk, attention, announced } = deskAt();
  attention.notice();
  expect(await desk.put(question('a', async () => 'yes'))).toBe('yes');
  expect(announced).toEqual([]);
  expect(desk.waiting).toEqual([]);
});

it('lets a question wait, and says so, when nobody is there', async () => {
  const { desk, announced } = deskAt();
  const answer = desk.put(question('a', async () => 'yes'));
  expect(desk.waiting.map(({ title }) => title)).toEqual(['a']);
  expect(announced).toEqual(['a']);
  await desk.showNext();
  expect(await answer).toBe('yes');
});

it('shows one question at a time, the next when the first is answered', async () => {
  const { desk, attention } = deskAt();
  attention.notice();
  const shown: string[] = [];
  const first = defer<string>();
  const one = desk.put(question('one', () => (shown.push('one'), first.promise)));
  const two = desk.put(question('two', async () => (shown.push('two'), 'b')));
  expect(shown).toEqual(['one']);
  first.resolve('a');
  expect([await one, await two]).toEqual(['a', 'b']);
  expect(shown).toEqual(['one', 'two']);
});

it('asks beside a tab that is open', async () => {
  const { desk, attention } = deskAt();
  attention.notice();
  const tab = defer<boolean>();
  const looked = desk.put({ ...question('review', () => tab.promise), besideOthers: true });
  expect(await desk.put(question('gate', async () => 'go'))).toBe('go');
  tab.resolve(true);
  expect(await looked).toBe(true);
});

it('takes a question back when its step is stopped', async () => {
  const { desk, attention } = deskAt();
  const stop = new AbortController();
  let hidden = false;
  const untilHidden = (signal: AbortSignal) => new Promise<undefined>((resolve) => signal.addEventListener('abort', () => ((hidden = true), resolve(undefined))));
  const waiting = desk.put({ ...question('a', async () => 'yes'), signal: stop.signal });
  const shown = desk.put({ ...question('b', untilHidden), signal: stop.signal });
  attention.notice();
  void desk.showNext(({ title }) => title === 'b');
  stop.abort();
  expect([await waiting, await shown]).toEqual([undefined, undefined]);
  expect(hidden).toBe(true);
  expect(desk.waiting).toEqual([]);
});

it('comes to no answer when putting the question fails, and goes on with the next', async () => {
  const { desk, attention } = deskAt();
  const broken = desk.put(question('a', () => Promise.reject(new Error('no window'))));
  attention.notice();
  await desk.showNext().catch(() => undefined);
  expect(await broken).toBeUndefined();
  expect(await desk.put(question('b', async () => 1))).toBe(1);
});

it('is attended to for a while after the person did something, not longer', () => {
  let now = 1000;
  const attention = new Attention(20_000, () => now);
  expect(new Attention(20_000, () => 1e9).isHere).toBe(false);
  attention.notice();
  now += 20_000;
  expect(attention.isHere).toBe(true);
  now += 1;
  expect(attention.isHere).toBe(false);
});

function deskAt() {
  const attention = new Attention(20_000);
  const announced: string[] = [];
  const desk = new QuestionDesk(attention, ({ title }: WaitingQuestion) => announced.push(title));
  return { desk, attention, announced };
}

function question<Answer>(title: string, show: (signal: AbortSignal) => Promise<Answer | undefined>) {
  return { title, plan: '/plan', stepId: undefined, signal: undefined, show };
}

function defer<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}
