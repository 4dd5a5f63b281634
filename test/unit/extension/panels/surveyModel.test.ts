import { describe, expect, it } from 'vitest';
import { surveyWishes } from '../../../../src/core/actions/surveySlots';
import { withExamples } from '../../../../src/core/evaluation/cardExamples';
import { parsePlan } from '../../../../src/core/plan/parse';
import { changedBy } from '../../../../src/extension/panels/surveyChange';
import { cardStep } from '../../../../src/extension/panels/surveyDetails';
import { pictureAddress } from '../../../../src/extension/panels/surveyPictures';
import { SurveyRows } from '../../../../src/extension/panels/surveyState';
import { largeSurvey, planText, studySurvey } from '../../../editor/surveyStudy';
import { sampleEvaluation } from '../../core/evaluation/sampleEvaluation';

const hub = 'https://huggingface.co';
const commit = 'a'.repeat(40);

describe('pictures of cards', () => {
  it.each([
    ['images/left.png', `${hub}/org/x/resolve/${commit}/images/left.png`],
    ['./a%20b.png?raw=true', `${hub}/org/x/resolve/${commit}/a%20b.png`],
    [`${hub}/org/x/resolve/main/a.webp`, `${hub}/org/x/resolve/main/a.webp`],
    [`${hub}/org/x/blob/main/a.webp`, `${hub}/org/x/resolve/main/a.webp`],
    ['https://cdn-uploads.huggingface.co/production/a.png', 'https://cdn-uploads.huggingface.co/production/a.png'],
  ])('%s is the Hub’s', (address, expected) => expect(pictureAddress(hub, 'org/x', commit, address)).toBe(expected));

  it.each(['https://tracker.example/pixel.png', 'http://cdn-uploads.huggingface.co/a.png', '//tracker.example/a.png', 'data:image/png;base64,AAAA', 'file:///etc/passwd', '../../api/whoami', 'a/%2e%2e/b.png', 'https://huggingface.co.evil.example/a.png', 'https://[', '%'])(
    '%s is not',
    (address) => expect(pictureAddress(hub, 'org/x', commit, address)).toBeUndefined(),
  );
});

describe('what a plan wants of a survey', () => {
  const plan = parsePlan(Buffer.from(planText));

  it('is read from its own steps', () => {
    const { criteria, range, slots } = surveyWishes(plan);
    expect(criteria).toEqual(['character consistency', 'angle changes', 'lighting/complexion', 'quality']);
    expect(range).toEqual({ minimum: 5, maximum: 10 });
    expect(slots.map(({ category, repository, minimum, maximum }) => [category, repository, minimum, maximum])).toEqual([
      ['angles', 'dx8152/Qwen-Edit-2509-Multiple-angles', 1, 1], ['identity', undefined, 2, 3], ['lighting', undefined, 1, 2], ['reference', undefined, 1, 2],
    ]);
  });

  it('finds the line of a card, and none where two could be meant', () => {
    expect(cardStep(plan, 'YaoJiefu/multiple-characters')?.line).toBe(9);
    expect(cardStep(plan, 'lab/unknown')).toBeUndefined();
    const twice = parsePlan(Buffer.from('#### Task 1: Card review\n- [ ] a/b\n- [ ] a/b - again\n'));
    expect(cardStep(twice, 'a/b')).toBeUndefined();
  });
});

describe('rows', () => {
  it('stay the same objects but for the one that a key changed', () => {
    const rows = new SurveyRows();
    const cached = new Set<string>();
    const before = largeSurvey(500);
    const first = rows.of(before, cached);
    const after = changedBy(before, { kind: 'score', repository: before.candidates[7]!.repository, criterion: 'angle changes', value: 4 });
    const second = rows.of(after, cached);
    expect(second.filter((row, index) => row !== first[index]).map(({ repository }) => repository)).toEqual([before.candidates[7]!.repository]);
    const weighted = changedBy(after, { kind: 'weight', criterion: 'angle changes', value: 0 });
    expect(rows.of(weighted, cached)[7]!.score).not.toBe(second[7]!.score);
  });

  it('say what is new since the search before', () => {
    const rows = new SurveyRows().of(studySurvey('2025-11-05T10:00:00.000Z'), new Set());
    expect(rows.filter(({ isNew }) => isNew)).toHaveLength(4);
  });
});

describe('examples of a card', () => {
  it('become edits of that model alone, with its trigger word, once', () => {
    const evaluation = sampleEvaluation();
    const examples = { repository: 'lab/new-lora', category: 'angles', prompts: ['Turn the camera to the left', 'camv2, look up'], triggers: ['camv2'] };
    const added = withExamples(evaluation, examples);
    const model = added.models.at(-1)!;
    expect(model.loras?.[0]?.repository).toBe('lab/new-lora');
    const own = added.edits.filter(({ models }) => models?.[0] === model.id).map(({ prompt }) => prompt);
    expect(own).toEqual(expect.arrayContaining(['camv2, Turn the camera to the left', 'camv2, look up']));
    expect(withExamples(added, examples).edits).toEqual(added.edits);
  });
});
