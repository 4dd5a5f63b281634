import { textRule, type Match, type Rule, type RuleInput } from './rule';

/** Documents, options, the decision, and git. */
export const resultRules: readonly Rule[] = [
  textRule('write a document', /^(?:create|write)\s+`?([\w./-]+\.md)\b/i, ([, file = '']) => document(file, 'title')),
  textRule('update a document', /^update\s+`?([\w./-]+\.md)\b`?(.*)$/i, ([, file = '', rest = '']) => document(file, sectionOfUpdate(file, rest))),
  { name: 'fill the results document', match: resultsSection },
  textRule('strategic option', /^option\s+([A-Z])\b/i, ([, letter = '']) => ({
    action: 'options',
    arguments: { option: letter.toUpperCase() },
    reason: `the step weighs option ${letter.toUpperCase()}`,
  })),
  { name: 'decide', match: decideMatch },
  textRule('commit', /^commit\b/i, () => ({ action: 'commit', reason: 'the step commits what was written' })),
  textRule('push', /^push\b.*\b(?:github|gitlab|origin|remote|upstream)\b|^push$/i, () => ({ action: 'push', reason: 'the step pushes the commits' })),
];

const sections: readonly (readonly [RegExp, string])[] = [
  [/^document\b.*\bsurvey\b.*\bfindings?\b/i, 'survey'],
  [/^include\b.*\b(?:comparison|matrix)\b/i, 'matrix'],
  [/^(?:add|include)\b.*\b(?:best\s*\/?\s*worst|examples?)\b/i, 'examples'],
  [/^document\b.*\b(?:vram|performance)\b/i, 'performance'],
  [/^(?:list|document)\b.*\bstrengths?\b.*\bweaknesses\b/i, 'strengths'],
];

function resultsSection({ task, text }: RuleInput): Match | undefined {
  const section = sections.find(([words]) => words.test(text))?.[1];
  if (!section) return undefined;
  const file = [task.deliverable ?? '', ...task.steps.map((step) => step.text)].map((line) => /[\w./-]+\.md\b/.exec(line)?.[0]).find(Boolean);
  return file ? document(file, section) : undefined;
}

function sectionOfUpdate(file: string, rest: string): string {
  if (/decision/i.test(rest)) return 'decision';
  if (/finding/i.test(rest)) return 'findings';
  if (/complete|progress|status/i.test(rest) || /status\.md$/i.test(file)) return 'progress';
  return 'summary';
}

function document(file: string, section: string): Match {
  return { action: 'document', arguments: { file, section }, reason: `the step fills the section "${section}" of ${file}` };
}

const decisionParts: readonly (readonly [RegExp, string])[] = [
  [/^(?:select|choose|decide)\b.*\b(?:approach|option)\b/i, 'approach'],
  [/\brationale\b/i, 'rationale'],
  [/\bnext steps?\b/i, 'next'],
  [/\btimeline\b/i, 'timeline'],
];

function decideMatch({ title, text }: RuleInput): Match | undefined {
  if (!/\bdeci(?:de|sion)\b/.test(title)) return undefined;
  const part = decisionParts.find(([words]) => words.test(text))?.[1];
  return part ? { action: 'decide', arguments: { part }, reason: 'the task makes a decision, which a person writes' } : undefined;
}
