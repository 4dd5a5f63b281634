import { textRule, type Rule } from './rule';
import { sampleReviewRule } from './testing';

/** Looking at outputs, judging them, and what follows in numbers. */
export const reviewRules: readonly Rule[] = [
  sampleReviewRule,
  textRule('review outputs', /^(?:review|look at|inspect|compare)\b.*\b(?:generated|outputs?|all images|all pictures|results)\b/i, () => ({
    action: 'review',
    arguments: { models: 'all' },
    reason: 'the step looks at the generated pictures',
  })),
  textRule('judge identity', /^(?:assess|rate|score|judge)\b.*\bidentity\b/i, () => review('identity', 'identity')),
  textRule('judge edit quality', /^(?:assess|rate|score|judge)\b.*\bedit(?:ing)? quality\b/i, () => review('edit', 'edit quality')),
  textRule('count artifacts', /^(?:count|note|assess)\b.*\bartifacts?\b/i, () => review('artifacts', 'artifacts')),
  textRule('note failure modes', /^(?:note|document|record)\b.*\bfailure modes?\b/i, () => review('failureModes', 'failure modes')),
  textRule('pick examples', /^(?:document|pick|choose|select)\b.*\bbest\s*(?:\/|and)\s*worst\b/i, () => ({
    action: 'review.examples',
    arguments: {},
    reason: 'the step keeps the best and worst outputs',
  })),
  textRule('compare in a table', /^(?:create|make|build|write)\b.*\b(?:comparison|matrix)\b.*(?:\bspreadsheet|\btable|\bmatrix)/i, () => analyze('table')),
  textRule('average', /^(?:calculate|compute)\b.*\baverage\b(.*)$/i, ([, what = '']) => ({
    ...analyze('average'),
    arguments: { part: 'average', criterion: /identity/i.test(what) ? 'identity' : /edit/i.test(what) ? 'edit' : '' },
  })),
  textRule('artifact frequency', /^(?:calculate|compute|count)\b.*\bartifact (?:frequency|rate)\b/i, () => analyze('artifacts')),
  textRule('compare memory', /^compare\b.*\b(?:vram|memory)\b/i, () => analyze('vram')),
  textRule('rank models', /^rank\b.*\bmodels?\b/i, () => analyze('rank')),
];

function review(criterion: string, what: string) {
  return { action: 'review' as const, arguments: { models: 'all', criterion }, reason: `the step judges ${what} of every output` };
}

function analyze(part: string) {
  return { action: 'analyze' as const, arguments: { part }, reason: 'the step is computed from the ratings and the runs' };
}
