import type { Blocks, ClosedBlock } from './blocks';
import { mostReferences } from './dependencies';
import type { DependencyRule } from './plan';
import type { References } from './references';
import type { Reports } from './reports';
import { fenceLines } from './shellBlocks';

/**
 * Kiro's graph, `{"waves":[{"id":0,"tasks":["1.1"]}]}`, also with other names, numbers instead of texts, comments or
 * trailing commas. What cannot be read is a warning. Waves name parts of tasks: a task waits for those that end in an
 * earlier wave than the one in which it begins.
 */
export function readWaves(blocks: Blocks, fence: ClosedBlock, references: References, reports: Reports): readonly DependencyRule[] {
  const waves = wavesOf(fenceLines(blocks, fence).join('\n'));
  if (!waves) {
    reports.add('warning', 'dependency-graph-unreadable', 'This graph cannot be read and is left out. Write {"waves":[{"id":0,"tasks":["1.1"]}]}.', fence.line);
    return [];
  }
  const spans = new Map<string, { first: number; last: number }>();
  waves.forEach((wave, index) => {
    for (const name of wave) {
      const tasks = references.find({ kind: 'task', name: name.replace(/^task\s+/i, ''), last: undefined, start: 0, end: 0 });
      if (!tasks) reports.add('warning', 'unknown-task', `There is no task ${name.slice(0, 40)} in this plan. Correct the number, or take it out of the graph.`, fence.line);
      for (const task of tasks ?? []) {
        const span = spans.get(task);
        if (span) span.last = index;
        else spans.set(task, { first: index, last: index });
      }
    }
  });
  return rulesOf(waves.length, spans, fence.line);
}

function rulesOf(count: number, spans: ReadonlyMap<string, { readonly first: number; readonly last: number }>, line: number): readonly DependencyRule[] {
  const rules: DependencyRule[] = [];
  const starting = byWave(count, spans, 'first');
  const ending = byWave(count, spans, 'last');
  const ended: string[] = [];
  let named = 0;
  for (let wave = 1; wave < count; wave++) {
    ended.push(...(ending[wave - 1] ?? []));
    const after = starting[wave] ?? [];
    if (after.length === 0 || ended.length === 0) continue;
    named += after.length + ended.length;
    if (named > mostReferences) break;
    rules.push({ text: `wave ${wave} after the waves before it`, line, after, before: [...ended] });
  }
  return rules;
}

function byWave(count: number, spans: ReadonlyMap<string, { readonly first: number; readonly last: number }>, side: 'first' | 'last'): readonly string[][] {
  const waves = Array.from({ length: count }, (): string[] => []);
  for (const [task, span] of spans) waves[span[side]]?.push(task);
  return waves;
}

/** The names of tasks, wave by wave, in the order of the waves' ids where they have any. */
function wavesOf(text: string): readonly (readonly string[])[] | undefined {
  const graph = parseLoosely(text);
  const list = Array.isArray(graph) ? graph : isRecord(graph) ? Object.values(graph).find(Array.isArray) : undefined;
  if (!list) return undefined;
  const waves = list.map((wave: unknown, index) => ({ order: orderOf(wave) ?? index, tasks: tasksOf(wave) }));
  if (waves.some(({ tasks }) => tasks === undefined)) return undefined;
  return waves.sort((one, other) => one.order - other.order).map(({ tasks }) => tasks ?? []);
}

function parseLoosely(text: string): unknown {
  for (const attempt of [text, text.replace(/^\s*\/\/.*$/gm, '').replace(/,(\s*[\]}])/g, '$1').replace(/'([^'"\n]*)'/g, '"$1"')]) {
    try {
      return JSON.parse(attempt);
    } catch {
      continue;
    }
  }
  return undefined;
}

function orderOf(wave: unknown): number | undefined {
  if (!isRecord(wave)) return undefined;
  const order = Number(wave['id'] ?? wave['wave'] ?? wave['order'] ?? wave['index']);
  return Number.isFinite(order) ? order : undefined;
}

function tasksOf(wave: unknown): readonly string[] | undefined {
  const list = Array.isArray(wave) ? wave : isRecord(wave) ? Object.values(wave).find(Array.isArray) : undefined;
  return list?.flatMap((task: unknown) => {
    const name = isRecord(task) ? (task['id'] ?? task['task'] ?? task['taskId']) : task;
    return typeof name === 'string' || typeof name === 'number' ? [String(name)] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
