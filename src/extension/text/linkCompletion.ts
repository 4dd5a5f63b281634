import { actionNames, type ActionName } from '../../core/actions/action';
import { argumentsOf, type ArgumentInfo } from '../../core/actions/actionArguments';
import { actionInfo } from '../../core/actions/actionInfo';
import { isActionName } from '../../core/actions/link';

/** What can be completed at a place of a step's line. Columns are UTF-16 units of the line. */
export type LinkPlace =
  /** Behind the step's text, where a comment may begin. */
  | { readonly kind: 'comment'; readonly start: number; readonly end: number }
  | { readonly kind: 'action'; readonly start: number; readonly end: number; readonly closed: boolean }
  | { readonly kind: 'argument'; readonly start: number; readonly end: number; readonly action: ActionName; readonly given: readonly string[] }
  | { readonly kind: 'value'; readonly start: number; readonly end: number; readonly action: ActionName; readonly argument: ArgumentInfo };

export interface Suggestion {
  readonly label: string;
  readonly detail: string;
  readonly about: string;
  /** In the editor's snippet syntax. */
  readonly snippet: string;
  /** Goes on with the next part at once. */
  readonly more: boolean;
}

/** Undefined where nothing of a link can stand. @param line a whole line, which begins with a box */
export function linkPlaceAt(line: string, column: number): LinkPlace | undefined {
  if (!boxLine.test(line)) return undefined;
  const before = line.slice(0, column);
  const open = before.lastIndexOf('<!--');
  if (open < 0 || before.indexOf('-->', open) >= 0) return commentPlace(line, before);
  const begun = /^<!--\s*(evalmark:?)?\s*/.exec(before.slice(open));
  const inside = before.slice(open + (begun?.[0].length ?? 0));
  if (!begun || (begun[1] !== 'evalmark:' && inside !== '')) return undefined;
  const closed = line.slice(column).includes('-->');
  if (begun[1] !== 'evalmark:') return { kind: 'comment', start: open, end: closed ? line.indexOf('-->', open) + 3 : column };
  const [action = '', ...words] = inside.split(/\s+/);
  if (words.length === 0) return { kind: 'action', start: column - action.length, end: column + wordAfter(line, column), closed };
  if (!isActionName(action)) return undefined;
  const word = words.at(-1) ?? '';
  const equals = word.indexOf('=');
  if (equals < 0) {
    const given = words.slice(0, -1).flatMap((pair) => (pair.includes('=') ? [pair.slice(0, pair.indexOf('='))] : []));
    return { kind: 'argument', start: column - word.length, end: column + wordAfter(line, column), action, given };
  }
  const argument = argumentsOf(action).find(({ name }) => name === word.slice(0, equals));
  const value = word.slice(equals + 1);
  const last = value.slice(value.lastIndexOf(',') + 1).replace(/^"/, '');
  return argument && { kind: 'value', start: column - last.length, end: column, action, argument };
}

/** @param known values of the plan's own files for an argument */
export function suggestionsAt(place: LinkPlace, known: readonly string[]): readonly Suggestion[] {
  switch (place.kind) {
    case 'comment':
      return [{ label: '<!-- evalmark: … -->', detail: 'Link this step', about: 'Says which action runs for this step, and on what. Without it, rules decide.', snippet: '<!-- evalmark: $0 -->', more: true }];
    case 'action':
      return actionNames.map((action) => actionSuggestion(action, place.closed));
    case 'argument':
      return argumentsOf(place.action)
        .filter(({ name }) => !place.given.includes(name))
        .map(({ name, about, values }) => ({ label: name, detail: actionInfo(place.action).title, about, snippet: `${name}=${name === 'command' ? '"$1"' : ''}`, more: values !== undefined }));
    case 'value': {
      const { argument } = place;
      const values = Array.isArray(argument.values) ? (argument.values as readonly string[]) : known;
      return values.map((value) => ({ label: value, detail: argument.name, about: argument.about, snippet: escapeSnippet(value), more: false }));
    }
  }
}

function actionSuggestion(action: ActionName, closed: boolean): Suggestion {
  const { title } = actionInfo(action);
  const names = argumentsOf(action).map(({ name }) => name);
  const about = names.length > 0 ? `Takes ${names.join(', ')}.` : 'Takes no arguments.';
  return { label: action, detail: title, about, snippet: `${action}${names.length > 0 ? ' ' : ''}${closed ? '' : '$0 -->'}`, more: names.length > 0 };
}

/** Behind the text of the step, at its end or where `<` begins a comment; never in the middle of what somebody writes. */
function commentPlace(line: string, before: string): LinkPlace | undefined {
  if (line.includes('<!--') || line.slice(before.length).trim() !== '') return undefined;
  const begun = /<!?-?$/.exec(before)?.[0] ?? '';
  return begun !== '' || / $/.test(before) ? { kind: 'comment', start: before.length - begun.length, end: before.length } : undefined;
}

function wordAfter(line: string, column: number): number {
  return /^[\w.]*/.exec(line.slice(column))?.[0].length ?? 0;
}

function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

const boxLine = /^[\s>]*(?:[-*+]|\d+[.)])\s+\[[^\]\r\n]{1,8}\]\*?(?:\s|$)/;
