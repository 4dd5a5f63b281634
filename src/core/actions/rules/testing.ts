import { categoryOf, textRule, type Match, type Rule, type RuleInput } from './rule';

/** Test scripts, and the runs of the matrix with their checks. */
export const testingRules: readonly Rule[] = [
  { name: 'write a test script', match: scriptMatch },
  { name: 'run the matrix', match: inferMatch },
  { name: 'verify outputs', match: afterRun(/^(?:verify|check)\b.*\boutputs?\b/i, 'infer.verify', 'checks the generated pictures') },
  { name: 'check memory', match: afterRun(/^(?:check|document|note|record)\b.*\b(?:vram|gpu memory)\b/i, 'infer.vram', 'looks at the memory that the runs took') },
  { name: 'note errors', match: afterRun(/^(?:document|note|record)\b.*\b(?:errors?|warnings?)\b/i, 'infer.notes', 'writes down errors and warnings of the runs') },
];

const scriptParts: readonly (readonly [RegExp, string])[] = [
  [/\blora\b.*\bloading\b|\bload\w*\b.*\blora/i, 'lora'],
  [/\blora-specific\b/i, 'loraPrompts'],
  [/\bmodel loading\b|\bload\w* (?:the )?model/i, 'loading'],
  [/\bprompts?\b/i, 'prompts'],
  [/\bvram\b|\bmemory\b/i, 'vram'],
  [/\berror handling\b/i, 'errors'],
  [/\bruns?\b.*\bsuccessfully\b|\bscript runs?\b/i, 'run'],
];

function scriptMatch({ task, title, text }: RuleInput): Match | undefined {
  const created = /^(?:create|write)\s+`?([\w./-]+\.py)\b/i.exec(text)?.[1];
  if (created) return { action: 'script', arguments: { file: created, part: 'create' }, reason: `the step creates ${created}` };
  if (!/\bscript\b/.test(title)) return undefined;
  const file = [task.deliverable ?? '', ...task.steps.map((step) => step.text)].map((line) => /[\w./-]+\.py\b/.exec(line)?.[0]).find(Boolean);
  const part = scriptParts.find(([words]) => words.test(text))?.[1];
  return file && part ? { action: 'script', arguments: { file, part }, reason: `the step is a part of ${file}` } : undefined;
}

function inferMatch(input: RuleInput): Match | undefined {
  const { text, title } = input;
  if (!isRunTask(title)) return undefined;
  if (/^run\b/i.test(text)) {
    const models = modelsOf(input);
    return { action: 'infer', arguments: { models }, reason: `the step runs ${spoken(models)} on the pictures` };
  }
  if (!/^test\b/i.test(text) || !/\b(?:lora|loras|models?)\b/i.test(text)) return undefined;
  const category = categoryOf(text);
  const models = category ? `category:${category}` : modelsOf(input);
  return { action: 'infer', arguments: { models }, reason: `the step tests ${spoken(models)}` };
}

function afterRun(pattern: RegExp, action: 'infer.verify' | 'infer.vram' | 'infer.notes', what: string): Rule['match'] {
  return (input) => {
    if (!pattern.test(input.text) || !isRunTask(input.title)) return undefined;
    const models = modelsOf(input);
    return { action, arguments: { models }, reason: `the step ${what} of ${spoken(models)}` };
  };
}

/** "Run Base Model Tests", "LoRA tests", "Edit with the base model". */
export function isRunTask(title: string): boolean {
  return /\b(?:run|tests?|testing|inference|generate|edit)\b/.test(title) && /\bmodels?\b|\bloras?\b|\binference\b/.test(title) && !/\bscript\b/.test(title);
}

/** The selector for the models that a task is about. */
export function modelsOf({ title }: RuleInput): string {
  if (/\bloras?\b/.test(title)) return 'loras';
  if (/\bbase\b/.test(title)) return 'base';
  return 'all';
}

function spoken(models: string): string {
  if (models === 'base') return 'the base model';
  if (models === 'loras') return 'the LoRAs';
  if (models === 'all') return 'all models';
  return `the models of the category "${models.replace('category:', '')}"`;
}

/** Exported for the review of a run's own outputs. */
export const sampleReviewRule: Rule = textRule('review a sample', /^review\b.*\bsample\b.*\boutputs?\b/i, (_found, input) => ({
  action: 'review',
  arguments: { models: modelsOf(input), sample: 'true' },
  reason: `the step looks at some outputs of ${spoken(modelsOf(input))}`,
}));
