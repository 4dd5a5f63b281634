import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkEvaluation } from '../../evaluation/evaluationCheck';
import { parseJson } from '../../evaluation/parseJson';
import { fail, ok, type Failure, type Result } from '../../outcome';
import { replaceFile } from '../replaceFile';
import type { ResultsRecord } from './resultsRecord';

export function recordFile(planFolder: string): string {
  return path.join(planFolder, 'results.json');
}

/** `undefined` when there is none yet; a failure when a file of that name is damaged or somebody else's. */
export async function readRecord(planFolder: string): Promise<Result<ResultsRecord | undefined>> {
  let text: string;
  try {
    text = await readFile(recordFile(planFolder), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? ok(undefined) : fail(unreadable(`cannot be read (${code ?? String(error)})`));
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return fail(unreadable(`is not valid JSON: ${parsed.failure}`));
  return isRecord(parsed.value) ? ok(parsed.value) : fail(unreadable('is not what Evalmark wrote'));
}

/** The file as it stands, with `\n` line ends; `undefined` when there is none. */
export async function readRecordText(planFolder: string): Promise<string | undefined> {
  return (await readFile(recordFile(planFolder), 'utf8').catch(() => undefined))?.replaceAll('\r\n', '\n');
}

/** `true` when the file changed. */
export async function writeRecord(planFolder: string, record: ResultsRecord): Promise<Result<boolean>> {
  const text = recordText(record);
  if ((await readRecordText(planFolder)) === text) return ok(false);
  const replaced = await replaceFile(recordFile(planFolder), text);
  return replaced.ok ? ok(true) : replaced;
}

/** JSON for people and for merges: one line for each generation, candidate and table entry, the rest indented. */
export function recordText(record: ResultsRecord): string {
  const { version, change, environments, models, pictures, edits, generations, ratings, examples, assets, options, decision, survey, evaluation } = record;
  return `${written({ version, change, environments, models, pictures, edits, generations, ratings, examples, assets, options, decision, survey, evaluation }, '', '')}\n`;
}

/** A value as it will be when it is read again, so that the same text follows from it now and then. */
export function asRead<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, rounded)) as Value;
}

const oneLineEach: ReadonlySet<string> = new Set(['environments', 'models', 'pictures', 'edits', 'generations', 'candidates']);

function written(value: unknown, key: string, indent: string): string {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return JSON.stringify(value, rounded);
  const inner = `${indent}  `;
  const child = (one: unknown, name: string): string => (oneLineEach.has(key) ? JSON.stringify(one, rounded) : written(one, name, inner));
  if (Array.isArray(value)) return `[\n${value.map((one: unknown) => inner + child(one, '')).join(',\n')}\n${indent}]`;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{\n${entries.map(([name, one]) => `${inner}${JSON.stringify(name)}: ${child(one, name)}`).join(',\n')}\n${indent}}`;
}

/** Statistics may differ in the last digits between machines; six decimals are more than any of them means. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(6)) : value;
}

function isRecord(value: unknown): value is ResultsRecord {
  const { version, evaluation, environments, models, pictures, edits, generations, options, decision, assets = {} } = (value ?? {}) as Partial<Record<keyof ResultsRecord, unknown>>;
  return (
    version === 1 &&
    checkEvaluation(evaluation).length === 0 &&
    [environments, models, pictures, edits, options, decision, assets].every((table) => typeof table === 'object' && table !== null) &&
    Array.isArray(generations) &&
    generations.every(isLine)
  );
}

/** As much as the sections rely on. */
function isLine(value: unknown): boolean {
  const { id, modelId, seed, output, memory, seconds } = (value ?? {}) as Record<string, Record<string, unknown> | undefined>;
  return (
    typeof (id as unknown) === 'string' &&
    typeof (modelId as unknown) === 'string' &&
    typeof (seed as unknown) === 'number' &&
    typeof output?.['file'] === 'string' &&
    typeof output['sha256'] === 'string' &&
    typeof memory?.['peakBytes'] === 'number' &&
    typeof seconds?.['edit'] === 'number'
  );
}

function unreadable(what: string): Failure {
  return {
    code: 'results-unreadable',
    message: `results.json beside the plan ${what}.`,
    advice: 'Put back the version that git has (or move the file away), then run again. Nothing was written.',
    short: 'results.json',
  };
}
