import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import MarkdownIt from 'markdown-it';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { document } from '../../../../src/core/actions/document';
import { linkedStep, makeContext, temporaryFolder } from '../../actionContext';
import { planOf } from '../report/planOf';
import { evaluation, layOut } from '../report/study';

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), '# Small plan - Tasks\n\n**Change ID**: `small-validation`\n');
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const plan = planOf([{ id: '4.1', title: 'Create results document', steps: [['Create docs/small-results.md', 'todo']] }], 'Small plan - Tasks');
const results = 'docs/small-results.md';

function context() {
  return makeContext(workspace, { plan, evaluation: async () => ({ ok: true, value: evaluation }) });
}

function fill(file: string, section: string, where = context()) {
  return document.run(linkedStep({ action: 'document', arguments: { file, section } }), where);
}

const text = (file = results): Promise<string> => readFile(path.join(workspace, file), 'utf8');

describe('the results document', () => {
  it('is filled step by step, each section once, and the same when every step runs again', async () => {
    await layOut(workspace);
    const sections = ['title', 'matrix', 'examples', 'performance', 'strengths'];
    for (const section of sections) expect(await fill(results, section)).toMatchObject({ kind: 'done' });
    const first = await text();
    expect(first).toMatch(/^# Small plan: results\n\n## In short\n/);
    expect([...first.matchAll(/evalmark:begin (\S+)/g)].map(([, name]) => name)).toEqual(['answer', 'matrix', 'kinds', 'examples', 'performance', 'strengths', 'failures', 'method']);
    for (const section of sections) expect(await fill(results, section)).toMatchObject({ kind: 'done', summary: expect.stringContaining('unchanged') });
    expect(await text()).toBe(first);
  });

  it('gives the method so that it can be repeated', async () => {
    await layOut(workspace);
    await fill(results, 'title');
    const method = await text();
    expect(method).toContain('[plan](../tasks.md)');
    expect(method).toContain('| test\\_01.jpg | 64 × 48 |');
    expect(method).toContain('4 steps, guidance 1, seed 7');
    expect(method).toContain('evalmark 0.1.0');
    expect(method).toContain('owner/base @ aaaaaaaaaaaa');
    expect(new MarkdownIt({ html: true }).render(method)).not.toContain('<b>');
  });

  it('draws strengths and weaknesses from the figures, with the figures', async () => {
    await layOut(workspace);
    await fill(results, 'strengths');
    const strengths = await text();
    expect(strengths).toContain('- identity 5.0 on background (3 outputs)');
    expect(strengths).toContain('- identity 2.0 on angle (3 outputs)');
    expect(strengths).toContain('- face drift in 3 of 6 rated outputs');
    expect(strengths).toContain('- peak memory 24.0 GB, over 20 GB');
    expect(strengths).toContain('- 90.0 s per edit, over 60 s');
    expect(strengths).toMatch(/### Never run\n\nNot run\./);
  });

  it('shows small pictures of the best and worst beside their sources', async () => {
    await layOut(workspace);
    const where = context();
    expect(await fill(results, 'examples', where)).toMatchObject({ kind: 'done' });
    const links = [...(await text()).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBe(12);
    const { default: sharp } = await import('sharp');
    for (const link of new Set(links)) {
      const { format, width } = await sharp(path.join(workspace, 'docs', decodeURIComponent(link))).metadata();
      expect([format, width]).toEqual(['jpeg', 384]);
      expect(where.written).toContain(path.join(workspace, 'docs', decodeURIComponent(link)));
    }
    expect(await readdir(path.join(workspace, 'docs'))).toEqual(['assets', 'small-results.md']);
  });

  it('says what is missing before anything is rated or run', async () => {
    expect(await fill(results, 'matrix')).toMatchObject({ kind: 'failed', failure: { code: 'no-outputs' } });
    expect(await fill(results, 'survey')).toMatchObject({ kind: 'failed' });
    expect(await fill('STATUS.md', 'decision')).toMatchObject({ kind: 'failed', failure: { code: 'no-decision' } });
    expect(await readdir(workspace)).toEqual(['tasks.md']);
    await layOut(workspace, { rated: false });
    expect(await fill(results, 'matrix')).toMatchObject({ kind: 'done' });
    expect(await text()).toContain('not rated');
  });

  it('keeps what a person wrote into a section, and says so', async () => {
    await layOut(workspace);
    await fill(results, 'performance');
    await writeFile(path.join(workspace, results), (await text()).replace('| Base model |', '| The base model, measured twice |'));
    expect(await fill(results, 'performance')).toEqual({ kind: 'done', summary: `kept your own text in ${results}` });
    expect(await text()).toContain('measured twice');
  });
});

describe('other documents', () => {
  it('get the section that the step asks for', async () => {
    await layOut(workspace);
    expect(await fill('STATUS.md', 'progress')).toMatchObject({ kind: 'done' });
    expect(await text('STATUS.md')).toContain('**Progress**: 0 of 1 steps');
    expect(await fill('docs/SUMMARY.md', 'summary')).toMatchObject({ kind: 'done' });
    expect(await text('docs/SUMMARY.md')).toMatch(/^# Summary\n[^]*\[results\]\(small-results\.md\)[^]*\*\*Decision\*\*: not made yet/);
    expect(await fill('docs/technical-feasibility.md', 'findings')).toMatchObject({ kind: 'done' });
    expect(await text('docs/technical-feasibility.md')).toMatch(/^# Technical feasibility\n/);
    expect(await text('docs/technical-feasibility.md')).toMatch(/\| Angles \| 24\.0 GB \| no \| 90\.00 \| no \|/);
  });

  it('are refused outside the workspace, and when the section is unknown', async () => {
    await layOut(workspace);
    expect(await fill('../x.md', 'matrix')).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    expect(await fill('x.md', 'constructor')).toMatchObject({ kind: 'failed', failure: { code: 'unknown-section' } });
  });
});
