import { rangeOf, repositoryPattern, textRule, type Rule, type RuleInput } from './rule';

/** Finding candidates on the Hub, reading their cards, scoring and choosing. */
export const surveyRules: readonly Rule[] = [
  textRule('browse a Hub address', /https?:\/\/[^\s)>]+\/models\?[^\s)>]*/, ([url]) => ({
    action: 'survey',
    arguments: { url },
    reason: 'the step holds the address of a Hub search',
  })),
  textRule('filter for derivatives', /^filter (?:for|by)\s+(\S+)\s+(?:derivatives|adapters|finetunes|loras)/i, ([, base = '']) => ({
    action: 'survey.filter',
    arguments: { base },
    reason: `the step keeps what derives from ${base}`,
  })),
  textRule('review the first results', /^(?:review|go through|look at)\s+(?:the\s+)?first\s+(\d+)\s+results/i, ([, count = '']) => ({
    action: 'survey.review',
    arguments: { count },
    reason: `the step asks for the first ${count} results`,
  })),
  textRule('list the candidates', /^(?:create|write|make)\b.*\b(?:list of candidates|candidate list|model survey)/i, (_found, input) => ({
    action: 'survey.document',
    arguments: { file: surveyDocumentOf(input) },
    reason: 'the step writes down the candidates',
  })),
  {
    name: 'read a model card',
    match(input) {
      if (!/\bcards?\b/.test(input.title)) return undefined;
      const base = /^base\s+(\S+)/i.exec(input.text)?.[1];
      const repository = base ?? new RegExp(`^\`?${repositoryPattern.source}`).exec(input.text)?.[1];
      if (!repository) return undefined;
      return { action: 'card', arguments: { repository }, reason: `the task reviews model cards, and the step names ${repository}` };
    },
  },
  textRule('score relevance', /^(?:score\s+)?relevance\s+(?:to|for)\s+([^(]+)/i, ([, criterion = '']) => ({
    action: 'relevance',
    arguments: { criterion: criterion.trim() },
    reason: `the step scores the candidates on ${criterion.trim()}`,
  })),
  textRule('quality indicators', /^quality indicators?\b/i, () => ({
    action: 'relevance',
    arguments: { criterion: 'quality' },
    reason: 'the step fills in what the Hub knows of quality',
  })),
  textRule('select the top', /^(?:select|choose|pick)\s+(?:the\s+)?top\s+(.*)$/i, ([, rest = '']) => ({
    action: 'select',
    arguments: { ...(rangeOf(rest) ?? { minimum: '1', maximum: '10' }) },
    reason: 'the step chooses the best of the scored candidates',
  })),
];

function surveyDocumentOf({ task }: RuleInput): string {
  return /[\w./-]+\.md\b/.exec(task.deliverable ?? '')?.[0] ?? 'model-survey.md';
}
