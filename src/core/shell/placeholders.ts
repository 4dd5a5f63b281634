import { fail, ok, type Failure, type Result } from '../outcome';
import { shellQuote } from './quoting';
import { scanShell, type ShellContext } from './shellScan';

/** What stands for a placeholder's name; `undefined` when nobody knows. */
export type PlaceholderLookup = (name: string) => readonly string[] | undefined;

/**
 * The command with its `<model-name>` filled in, once for each value, every value quoted: names come from strangers. To
 * a shell an unfilled `<x>` would be a redirect, so one that nobody can fill fails before anything runs. Text between
 * quotes, in comments and here-documents that only looks like a placeholder stays as it is.
 */
export function fillPlaceholders(command: string, lookup: PlaceholderLookup): Result<readonly string[]> {
  const places = placeholdersOf(command).flatMap((place) => {
    const values = lookup(place.name);
    return values !== undefined || place.context === 'plain' ? [{ ...place, values: values ?? [] }] : [];
  });
  for (const { name, values } of places) {
    if (values.length === 0) return fail(unfilled(name));
    const hostile = values.find((value) => !isHarmless(value));
    if (hostile !== undefined) return fail(refused(name, hostile));
  }
  const several = new Map(places.filter(({ values }) => values.length > 1).map(({ name, values }) => [name, values.join('\n')]));
  if (new Set(several.values()).size > 1) return fail(ambiguous([...several.keys()]));
  const rounds = Math.max(1, ...places.map(({ values }) => values.length));
  return ok(Array.from({ length: rounds }, (_, round) => filled(command, places, round)));
}

/** Names of the placeholders in a command that a shell would take for redirects. */
export function placeholderNames(command: string): readonly string[] {
  return [...new Set(placeholdersOf(command).filter(({ context }) => context === 'plain').map(({ name }) => name))];
}

interface Place {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly context: ShellContext;
}

function placeholdersOf(command: string): readonly Place[] {
  const found = [...command.matchAll(/(?<!<)<([A-Za-z](?:[\w.:/ -]*[\w.])?)>/g)];
  if (found.length === 0) return [];
  const contexts = scanShell(command);
  return found
    .map((match) => ({ name: match[1] ?? '', start: match.index, end: match.index + match[0].length, context: contexts[match.index] ?? 'plain' }))
    .filter(({ context }) => context === 'plain' || context === 'single' || context === 'double');
}

function filled(command: string, places: readonly (Place & { readonly values: readonly string[] })[], round: number): string {
  let text = '';
  let at = 0;
  for (const { start, end, context, values } of places) {
    const value = values[Math.min(round, values.length - 1)] ?? '';
    // Within quotes: out of them, the quoted value, and in again.
    const quote = context === 'single' ? "'" : context === 'double' ? '"' : '';
    text += command.slice(at, start) + quote + shellQuote(value) + quote;
    at = end;
  }
  return text + command.slice(at);
}

/** No option in disguise and no control characters. */
function isHarmless(value: string): boolean {
  return value !== '' && !value.startsWith('-') && !/[\u0000-\u001f\u007f]/.test(value);
}

function unfilled(name: string): Failure {
  return {
    code: 'placeholder',
    message: `Nothing is known that could stand for <${name}> in the command.`,
    advice: /model|lora|repo|name/i.test(name)
      ? 'Select models first (survey steps) or name them in evaluation.json, then run the step again.'
      : 'Write the value itself into the block. Nothing was run.',
    short: `<${name}>`.slice(0, 16),
  };
}

function refused(name: string, value: string): Failure {
  return {
    code: 'placeholder-value',
    message: `${JSON.stringify(value)} was to stand for <${name}>, but it looks like an option or holds control characters.`,
    advice: 'Correct the name in survey.json or evaluation.json. Nothing was run.',
    short: 'hostile name',
  };
}

function ambiguous(names: readonly string[]): Failure {
  return {
    code: 'placeholder-ambiguous',
    message: `${names.map((name) => `<${name}>`).join(' and ')} stand for several values each; it is unclear which go together.`,
    advice: 'Write one command for each combination into the block. Nothing was run.',
    short: 'placeholders',
  };
}
