import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { card } from '../../../../src/core/actions/card';
import { download } from '../../../../src/core/actions/download';
import { downloadVerify } from '../../../../src/core/actions/downloadVerify';
import { login } from '../../../../src/core/actions/login';
import { survey } from '../../../../src/core/actions/survey';
import type { Action, ActionContext } from '../../../../src/core/actions/action';
import type { Misbehaviour } from '../../../../test_data/make/hub';
import { stage } from '../actions/hubSteps';
import { listing, noise, safetensors } from './hubFixture';

const token = 'hf_VerySecretToken0123456789';
const repository = 'lab/edit-lora';
const repositories = {
  [repository]: { files: { 'README.md': '---\nbase_model: lab/base\n---\nTurns the camera.', 'lora.safetensors': safetensors({ a: [20_000] }), 'more.safetensors': noise(2, 90_000) }, gated: 'manual' as const, pipelineTag: 'image-to-image' },
  'lab/closed': { files: { 'model.safetensors': noise(3, 100) }, gated: 'manual' as const },
  'lab/private': { files: { 'model.safetensors': noise(3, 100) }, private: true },
};

/** Everything that steps on the Hub say and leave behind while the Hub behaves like this. */
async function said(misbehave: Misbehaviour): Promise<{ readonly text: string; readonly urls: readonly string[]; readonly outcomes: readonly string[] }> {
  const made = await stage({ repositories, tokens: { [token]: { name: 'mira', opens: [repository] } }, misbehave }, { token });
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  const more: Partial<ActionContext> = { log: { debug: note, info: note, warn: note, error: note }, progress: (report) => note(JSON.stringify(report)) };
  const outcomes: string[] = [];
  const step = async (action: Action, args: Readonly<Record<string, string>>): Promise<void> => {
    const outcome = await made.run(action, args, more);
    lines.push(JSON.stringify(outcome));
    outcomes.push(outcome.kind);
  };
  await step(login, { required: 'true' });
  await step(survey, { url: `${made.hub.endpoint}/models?pipeline_tag=image-to-image` });
  await step(card, { repository });
  await step(download, { repository });
  await step(downloadVerify, { repositories: repository });
  for (const refused of ['lab/closed', 'lab/private', 'lab/nothing']) await step(download, { repository: refused });
  const left = (await listing(made.folder)).map((name) => name.replace(/ -> .*/, ''));
  for (const name of left) lines.push(name, await readFile(path.join(made.folder, name), 'latin1').catch(() => ''));
  return { text: lines.join('\n'), urls: made.hub.requests.map(({ url }) => url), outcomes };
}

describe('the token', () => {
  it.each<[string, Misbehaviour, string]>([
    ['behaves', {}, 'done'],
    ['drops, stalls and corrupts', { drop: { times: 2 }, corrupt: { times: 1 } }, 'done'],
    ['has no time', { rateLimit: { times: 400, seconds: 4_000 } }, 'failed'],
    ['lies', { badNames: ['../../x'], lieAboutSize: 7 }, 'failed'],
  ])('stands in no log, no failure, no address and no file when the Hub %s', async (_how, misbehave, downloaded) => {
    const { text, urls, outcomes } = await said(misbehave);
    expect(outcomes[3]).toBe(downloaded);
    expect(outcomes.slice(-3)).toEqual(['failed', 'failed', 'failed']);
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.slice(3));
    expect(urls.some((url) => url.includes(token))).toBe(false);
  });
});
