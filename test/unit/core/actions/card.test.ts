import { describe, expect, it } from 'vitest';
import { card } from '../../../../src/core/actions/card';
import { survey } from '../../../../src/core/actions/survey';
import { surveyFilter } from '../../../../src/core/actions/surveyFilter';
import { changeSurvey } from '../../../../src/core/hub/surveyFile';
import { safetensors } from '../hub/hubFixture';
import { base, person, repositories, stage } from './hubSteps';

const relight = 'mirabel/tiny-edit-relight';
const verdict = (word: string, reason: string | undefined) => person({ choose: () => [word], text: () => reason });

describe('card', () => {
  it('shows the card at a commit and keeps the verdict as the step’s remark', async () => {
    const { run, candidate, hub } = await stage();
    const mira = verdict('MISLEADING', 'light only,\n not angles');
    expect(await run(card, { repository: relight }, { ask: mira.ask })).toEqual({
      kind: 'done',
      summary: 'MISLEADING (light only, not angles)',
      remark: 'MISLEADING (light only, not angles)',
    });
    expect(await candidate(relight)).toMatchObject({ revision: hub.commit(relight), seen: true, license: 'apache-2.0', size: expect.any(Number), verdict: { word: 'MISLEADING', reason: 'light only, not angles' } });
    const [look] = mira.shown;
    expect(look).toMatchObject({ kind: 'card', repository: relight });
    const markdown = look?.kind === 'card' ? look.markdown : '';
    expect(markdown).toContain(`| Commit | ${hub.commit(relight).slice(0, 12)} |`);
    expect(markdown).toContain('Changes light.');
    expect(markdown).not.toContain('license: apache-2.0');
  });

  it('stores the facts and waits where nobody can judge', async () => {
    const { run, candidate } = await stage();
    expect(await run(card, { repository: relight })).toMatchObject({ kind: 'needsPerson', reason: `The verdict on ${relight} is open.` });
    expect(await candidate(relight)).toMatchObject({ license: 'apache-2.0', baseModels: [base] });
    expect((await candidate(relight))?.verdict).toBeUndefined();
    expect(await run(card, { repository: relight }, { ask: verdict('VALIDATED', undefined).ask })).toMatchObject({ kind: 'needsPerson' });
    expect(await run(card, { repository: relight }, { ask: verdict('VALIDATED', '').ask })).toMatchObject({ kind: 'done', remark: 'VALIDATED' });
  });

  it('takes the verdict that was given beside the list, and asks nothing more', async () => {
    const { run, folder, candidate } = await stage();
    const judged = person({
      look: async () => {
        await changeSurvey(folder, (survey) => ({ ...survey, candidates: survey.candidates.map((one) => ({ ...one, verdict: { word: 'PROMISING', reason: 'even light' } })) }));
        return true;
      },
    });
    expect(await run(card, { repository: relight }, { ask: judged.ask })).toEqual({ kind: 'done', summary: 'PROMISING (even light)', remark: 'PROMISING (even light)' });
    expect(judged.asked).toEqual([]);
    expect((await candidate(relight))?.verdict).toEqual({ word: 'PROMISING', reason: 'even light' });
    const left = person({ look: () => false });
    expect(await run(card, { repository: base }, { ask: left.ask })).toMatchObject({ kind: 'needsPerson' });
    expect(left.asked).toEqual([]);
  });

  it('finds a base that is called by its bare name', async () => {
    const { run, candidate } = await stage();
    await run(card, { repository: 'Tiny-Edit-2601' }, { ask: verdict('VALIDATED', '').ask });
    expect(await candidate(base)).toMatchObject({ likes: 400 });
  });

  it('reads the weights and suggests what contradicts the card', async () => {
    const qwen = 'Qwen/Qwen-Image-Edit-2509';
    const liar = { files: { 'README.md': `---\nbase_model: ${qwen}\n---\nFits.`, 'lora.safetensors': safetensors({ 'single_transformer_blocks.0.attn.to_q.lora_A.weight': [16, 64] }) }, tags: [`base_model:adapter:${qwen}`] };
    const { run, candidate } = await stage({ repositories: { [qwen]: {}, 'org/liar': liar } });
    await run(survey, { url: 'https://huggingface.co/models?search=liar' });
    await run(surveyFilter, { base: qwen });
    const offered: string[] = [];
    const mira = person({
      choose: ({ options }) => {
        offered.push(...options.filter(({ picked }) => picked).map(({ id }) => id));
        return ['WRONG MODEL FAMILY'];
      },
      text: ({ value }) => value,
    });
    expect(await run(card, { repository: 'org/liar' }, { ask: mira.ask })).toMatchObject({ remark: 'WRONG MODEL FAMILY (weights say FLUX.1)' });
    expect(offered).toEqual(['WRONG MODEL FAMILY']);
    expect((await candidate('org/liar'))?.compatibility).toMatchObject({ verdict: 'other family', facts: expect.arrayContaining(['Card and weights contradict each other.']) });
  });

  it('of a gated model still gives its facts, and says how to read the rest', async () => {
    const { run, candidate } = await stage();
    const mira = verdict('NOT RELEVANT', 'gated');
    expect(await run(card, { repository: 'quietlab/tiny-edit-portrait' }, { ask: mira.ask })).toMatchObject({ kind: 'done' });
    expect(JSON.stringify(mira.shown)).toContain('accept the licence at');
    expect(await candidate('quietlab/tiny-edit-portrait')).toMatchObject({ gated: 'manual' });
  });

  it('fails for what is not there', async () => {
    const { run } = await stage({ repositories });
    expect(await run(card, { repository: 'org/nothing' })).toMatchObject({ kind: 'failed', failure: { code: 'repository-not-found' } });
  });
});
