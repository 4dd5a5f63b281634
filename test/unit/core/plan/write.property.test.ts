import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepAddress } from '../../../../src/core/plan/address';
import { applyByteEdits, byteLineStarts, byteOffset } from '../../../../src/core/plan/byteEdits';
import { parsePlan } from '../../../../src/core/plan/parse';
import type { StepState } from '../../../../src/core/plan/plan';
import type { PlanEdit } from '../../../../src/core/plan/planStore';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { planTextEdits } from '../../../../src/core/plan/write';
import { edited } from './planText';
import { planTexts } from './planTexts';

const states = fc.constantFrom<StepState>('todo', 'doing', 'done', 'failed', 'deferred');

/** A plan's text without the byte order mark, which takes no column in an editor. */
const texts = planTexts.map((text) => text.replace(/^\uFEFF/, ''));

/** A plan and a number that chooses one of its steps. */
const plansWithStep = fc.tuple(texts.filter((text) => parsePlan(text).steps.length > 0), fc.nat());

describe('for any plan', () => {
  it('no edit changes nothing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = parsePlan(text);
        const same: PlanEdit[] = plan.steps.map((step) => ({ kind: 'mark', step: stepAddress(step), state: step.state }));
        const understood = same.filter((_, index) => !plan.diagnostics.some(({ code, range }) => code === 'unknown-mark' && range.line === plan.steps[index]?.line));
        for (const edits of [[], understood]) expect(planTextEdits({ plan, bytes: undefined, text }, edits)).toEqual({ ok: true, value: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('one mark changes exactly that mark', () => {
    fc.assert(
      fc.property(plansWithStep, states, ([text, which], state) => {
        const plan = parsePlan(text);
        const step = plan.steps[which % plan.steps.length]!;
        const result = planTextEdits({ plan, bytes: undefined, text }, [{ kind: 'mark', step: stepAddress(step), state }]);
        if (!result.ok) throw new Error(result.failure.message);
        expect(result.value.length).toBeLessThanOrEqual(1);
        for (const { range, text: mark } of result.value) {
          expect(range).toEqual(step.markRange);
          expect(mark).not.toBe(step.mark);
          const after = parsePlan(edited(text, result.value));
          expect(after.steps.map(({ mark: other, line }) => [other, line])).toEqual(plan.steps.map((other) => [other === step ? mark : other.mark, other.line]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('all kinds of edits leave every other line as it is, and can be repeated', () => {
    fc.assert(
      fc.property(plansWithStep, states, fc.constantFrom('GOOD', 'BAD (it is)'), ([text, which], state, remark) => {
        const plan = parsePlan(text);
        const step = plan.steps[which % plan.steps.length]!;
        const make = (address: ReturnType<typeof stepAddress>): PlanEdit[] => [
          { kind: 'mark', step: address, state },
          { kind: 'remark', step: address, text: remark },
          { kind: 'link', step: address, action: 'card', arguments: { repository: 'a/b' } },
          { kind: 'statusLines', taskIds: [step.taskId], reasons: {} },
        ];
        const result = planTextEdits({ plan, bytes: undefined, text }, make(stepAddress(step)));
        if (!result.ok) throw new Error(result.failure.message);
        const after = edited(text, result.value);
        const kept = new Set(after.split(/\r\n|\n|\r/));
        const changed = new Set(result.value.map(({ range }) => range.line));
        text.split(/\r\n|\n|\r/).forEach((line, index) => expect(changed.has(index) || kept.has(line)).toBe(true));
        const parsed = parsePlan(after);
        expect(parsed.steps).toHaveLength(plan.steps.length);
        const same = parsed.steps[plan.steps.indexOf(step)]!;
        expect(same.override).toMatchObject({ action: 'card', arguments: { repository: 'a/b' } });
        expect(same.text.endsWith(`- ${remark}`)).toBe(true);
        expect(planTextEdits({ plan: parsed, bytes: undefined, text: after }, make(stepAddress(same)))).toEqual({ ok: true, value: [] });
      }),
      { numRuns: 500 },
    );
  });
});

describe('for any plan that somebody edits meanwhile', () => {
  /** Every step of these has a text of its own, so that a wrong one is recognised by its number. */
  const numberedPlans = fc.array(fc.tuple(fc.constantFrom('', '', '### Task 1.1: A', '### Task 1.2: B', 'Words.'), fc.constantFrom(' ', 'x', '✓')), { minLength: 1, maxLength: 15 }).map((parts) =>
    parts.flatMap(([above, mark], index) => [...(above === '' ? [] : [above]), `- [${mark}] step number ${index}.`]),
  );
  const change = fc.record({ kind: fc.constantFrom('insert', 'delete', 'swap', 'rewrite', 'copy'), at: fc.nat(), other: fc.nat() });

  it('a mark follows its step or is refused', () => {
    fc.assert(
      fc.property(numberedPlans, fc.array(change, { maxLength: 6 }), fc.nat(), ([...lines], changes, which) => {
        const before = parsePlan(lines.join('\n'));
        const step = before.steps[which % before.steps.length]!;
        for (const { kind, at, other } of changes) {
          const index = at % (lines.length + 1);
          const second = other % Math.max(1, lines.length);
          if (kind === 'insert') lines.splice(index, 0, `- [ ] new step ${other}`);
          else if (kind === 'delete') lines.splice(index, 1);
          else if (kind === 'copy') lines.splice(index, 0, lines[second] ?? '');
          else if (kind === 'rewrite' && index < lines.length) lines[index] = `${lines[index]} rewritten`;
          else if (index < lines.length) [lines[index], lines[second]] = [lines[second] ?? '', lines[index] ?? ''];
        }
        const text = lines.join('\n');
        const after = parsePlan(text);
        const result = planTextEdits({ plan: after, bytes: undefined, text }, [{ kind: 'mark', step: stepAddress(step), state: 'failed' }], { previous: before, writeExtendedMarks: true });
        const sameText = after.steps.filter((other) => other.text === step.text);
        if (!result.ok) {
          expect(['step-gone', 'step-ambiguous']).toContain(result.failure.code);
          expect(sameText.length).not.toBe(1);
          return;
        }
        const written = parsePlan(edited(text, result.value)).steps.filter(({ state }) => state === 'failed');
        expect(written.map((other) => other.text)).toEqual([step.text]);
        expect(sameText.length === 1 || sameText.every(({ taskId }, index) => taskId !== step.taskId || index === sameText.findIndex((other) => other.taskId === step.taskId))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('bytes', () => {
  it('are found behind any number of code units, as a decoder counts them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        const whole = decoder.decode(bytes);
        for (let units = 0; units <= whole.length; units++) {
          const offset = byteOffset(bytes, 0, units);
          const isWithinPair = /[\uD800-\uDBFF]$/.test(whole.slice(0, units));
          if (!isWithinPair) expect(decoder.decode(bytes.subarray(0, offset))).toBe(whole.slice(0, units));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('around a mark stay the same, however broken they are', () => {
    const junk = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 10 || byte === 13 || byte === 91 || byte === 96 ? 120 : byte))));
    fc.assert(
      fc.property(junk, junk, junk, fc.constantFrom('\n', '\r\n', '\r'), (before, inside, after, end) => {
        const head = Buffer.concat([Buffer.from('# '), before, Buffer.from(`${end}${end}- [`)]);
        const tail = Buffer.concat([Buffer.from('] a'), inside, Buffer.from(`${end}${end}`), after]);
        const bytes = Buffer.concat([head, Buffer.from(' '), tail]);
        const plan = parsePlan(bytes);
        const result = planTextEdits({ plan, bytes, text: '' }, [{ kind: 'mark', step: stepAddress(plan.steps[0]!), state: 'done' }]);
        if (!result.ok) throw new Error(result.failure.message);
        expect(applyByteEdits(bytes, byteLineStarts(bytes), result.value)).toEqual(Buffer.concat([head, Buffer.from('x'), tail]));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a store', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('gives the same plan after marks as reading the file anew', async () => {
    const file = path.join(folder, 'tasks.md');
    await fc.assert(
      fc.asyncProperty(planTexts, fc.array(fc.tuple(fc.nat(), states), { maxLength: 4 }), async (text, marks) => {
        await writeFile(file, text);
        const store = new FilePlanStore(file, { writeExtendedMarks: true });
        for (const [which, state] of marks) {
          const snapshot = await store.read();
          if (!snapshot.ok) throw new Error(snapshot.failure.message);
          const { steps } = snapshot.value.plan;
          const step = steps[which % Math.max(1, steps.length)];
          if (!step) return;
          const result = await store.edit([{ kind: 'mark', step: stepAddress(step), state }]);
          if (!result.ok) throw new Error(result.failure.message);
          const bytes = await readFile(file);
          expect(result.value.plan).toEqual(parsePlan(bytes));
          expect(Buffer.from(result.value.bytes ?? [])).toEqual(bytes);
          expect(result.value.text).toBe(new TextDecoder().decode(bytes));
        }
      }),
      { numRuns: 150 },
    );
  });
});
