import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatesText, selectionText } from '../../../../src/core/actions/surveyDocumentText';
import { rankCandidates } from '../../../../src/core/actions/surveyScores';
import { readSurvey, surveyFile } from '../../../../src/core/hub/surveyFile';
import { parsePlan } from '../../../../src/core/plan/parse';
import { SurveyRows, surveyState, type SurveyView } from '../../../../src/extension/panels/surveyState';
import { folder } from './hubFixture';

const view: SurveyView = { planPath: '/plan/tasks.md', page: 'list', document: 'model-survey.md', now: new Date(0), cached: new Set(), free: undefined, canUndo: false, unreachable: false };
const plan = parsePlan('#### Task 1.1: Scoring\n- [ ] Relevance to angle changes\n- [ ] Select top 1-3 models\n');

/** Reads it, shows it, and writes it down: what every strange file has to survive. */
async function use(planFolder: string, content: unknown): Promise<string> {
  await writeFile(surveyFile(planFolder), JSON.stringify(content));
  const read = await readSurvey(planFolder);
  if (!read.ok) return read.failure.code;
  const rows = new SurveyRows().of(read.value, view.cached);
  surveyState(read.value, plan, view, rows);
  candidatesText(read.value);
  selectionText(read.value, rankCandidates(read.value.candidates, read.value.weights));
  return 'read';
}

const keys = ['evidence', 'compatibility', 'verdict', 'before', 'scores', 'picture', 'excluded', 'category', 'updatedAt', 'likes', 'tags', 'baseModels', 'gated', 'size', 'license', 'foundAt', 'trendingScore'];

describe('a survey.json of a stranger', () => {
  it('breaks nothing, whatever is in it', async () => {
    const planFolder = await folder();
    const value = fc.jsonValue({ maxDepth: 3 });
    const candidate = fc.record({ repository: fc.constantFrom('org/model', '../../etc', 'org/<b>', 7), ...Object.fromEntries(keys.map((key) => [key, value])) }, { requiredKeys: [] });
    const survey = fc.record({ version: value, fetchedAt: value, previousAt: value, base: value, weights: value, query: value, candidates: fc.oneof(value, fc.array(candidate, { maxLength: 3 })) }, { requiredKeys: [] });
    await fc.assert(fc.asyncProperty(survey, async (content) => ['read', 'survey-unreadable'].includes(await use(planFolder, content))), { numRuns: 300 });
  });

  it('keeps keys that nobody knows, and drops what is of the wrong kind', async () => {
    const planFolder = await folder();
    await writeFile(surveyFile(planFolder), JSON.stringify({ note: 'mine', candidates: [{ repository: 'org/model', remark: 'mine too', evidence: { revision: 'a', warnings: 'none', rank: [4, 8], kind: 'lora' }, category: 7, scores: { light: '5', angles: 4 } }] }));
    const read = await readSurvey(planFolder);
    expect(read).toMatchObject({ ok: true, value: { note: 'mine', candidates: [{ remark: 'mine too', evidence: { warnings: [], layers: [], rank: [4, 8], kind: 'lora' }, scores: { angles: 4 } }] } });
    expect(read.ok && read.value.candidates[0]).not.toHaveProperty('category');
  });
});
