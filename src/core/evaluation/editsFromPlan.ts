import type { Plan } from '../plan/plan';
import { uniqueId } from './addModel';
import type { Edit } from './evaluation';
import { slug } from './slug';

/**
 * The edits that a plan names in lines such as "Background change (forest, beach, studio)" or "Lighting: sunset,
 * daylight". Where it names none, a small set that every editing model should manage.
 */
export function editsFromPlan(plan: Plan): readonly Edit[] {
  const named = linesOf(plan).flatMap(optionsOf);
  const seen = new Set<string>();
  const wanted = named.filter(({ kind, option }) => {
    const key = `${kind} ${option.toLowerCase()}`;
    return seen.has(key) ? false : seen.add(key);
  });
  return withIds(wanted.length > 0 ? wanted : usual);
}

interface Option {
  readonly kind: Edit['kind'];
  readonly option: string;
}

const usual: readonly Option[] = [
  { kind: 'background', option: 'forest' },
  { kind: 'background', option: 'studio' },
  { kind: 'lighting', option: 'sunset' },
  { kind: 'lighting', option: 'daylight' },
  { kind: 'angle', option: 'slightly left' },
];

function linesOf({ tasks }: Plan): readonly string[] {
  return tasks.flatMap(({ notes, steps }) => [
    ...notes.map(({ text }) => text),
    ...steps.flatMap((step) => [step.text, ...step.details.map(({ text }) => text)]),
  ]);
}

/** A note may hold a whole list; each of its lines is looked at. */
function optionsOf(text: string): readonly Option[] {
  return text.split('\n').flatMap((line) => {
    const found = changeLine.exec(line.trim());
    const [, word, inBrackets, behindColon] = found ?? [];
    const kind = kinds[word?.toLowerCase() ?? ''];
    const list = inBrackets ?? behindColon;
    if (!kind || list === undefined) return [];
    return list
      .split(/,|;|\bor\b|\band\b/)
      .map((option) => option.replace(/[`"'*_.]/g, '').replace(/^\s*(?:e\.?g\.?|etc)\b/i, '').trim())
      .filter((option) => option !== '' && option.length <= 60)
      .map((option) => ({ kind, option }));
  });
}

const changeLine = /^(?:[-*+]\s+)?(?:change\s+(?:the\s+)?)?(background|lighting|light|angle|camera|style)s?(?:\s+(?:changes?|edits?|prompts?|variations?))?\s*(?:\(([^)]+)\)|:\s*(.+))$/i;

const kinds: Readonly<Record<string, Edit['kind']>> = {
  background: 'background',
  lighting: 'lighting',
  light: 'lighting',
  angle: 'angle',
  camera: 'angle',
  style: 'style',
};

function withIds(options: readonly Option[]): readonly Edit[] {
  const taken: string[] = [];
  return options.map(({ kind, option }) => {
    const short = slug(option);
    const shared = options.some((other) => other.kind !== kind && slug(other.option) === short);
    const id = uniqueId(shared ? `${kind}-${short}` : short, taken);
    taken.push(id);
    return { id, kind, prompt: promptOf(kind, option) };
  });
}

function promptOf(kind: Edit['kind'], option: string): string {
  switch (kind) {
    case 'background':
      return `Change the background to ${withArticle(option)}. Keep the person unchanged.`;
    case 'lighting':
      return `Relight the scene with ${/light(?:ing)?$|lit$/i.test(option) ? option : `${option} light`}. Keep the person unchanged.`;
    case 'angle':
      return `Turn the camera ${option}. Keep the person and the scene unchanged.`;
    case 'style':
      return `Redraw the picture in the style of ${option}.`;
    case 'other':
      return option;
  }
}

function withArticle(option: string): string {
  if (/^(?:an?|the|some)\s/i.test(option) || /s$/i.test(option)) return option;
  return `${/^[aeiou]/i.test(option) ? 'an' : 'a'} ${option}`;
}
