import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfirmQuestion } from '../../../../src/core/actions/action';
import { readSection, writeSection } from '../../../../src/core/report/managedSection';
import { makeContext, nobody, temporaryFolder } from '../../actionContext';

let workspace: string;
let questions: ConfirmQuestion[];

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  questions = [];
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const at = (name: string): string => path.join(workspace, name);

function answering(answer: boolean | undefined) {
  return makeContext(workspace, {
    ask: {
      ...nobody,
      confirm: async (question) => {
        questions.push(question);
        return answer;
      },
    },
  });
}

describe('writeSection', () => {
  it('makes a missing document and its folders, then changes nothing', async () => {
    const context = makeContext(workspace);
    const write = () => writeSection('docs/deep/results.md', 'matrix', '| a |', context, { heading: 'Matrix', document: { title: 'Results' } });
    expect(await write()).toEqual({ ok: true, value: 'written' });
    const first = await readFile(at('docs/deep/results.md'), 'utf8');
    expect(first).toMatch(/^# Results\n\n## Matrix\n\n<!-- evalmark:begin matrix/);
    expect(await write()).toEqual({ ok: true, value: 'unchanged' });
    expect(await readFile(at('docs/deep/results.md'), 'utf8')).toBe(first);
    expect(context.written).toEqual([at('docs/deep/results.md')]);
    expect(await readdir(at('docs/deep'))).toEqual(['results.md']);
  });

  it('keeps a hand edit where nobody is there to ask', async () => {
    await writeSection('r.md', 'a', 'one', makeContext(workspace));
    const edited = (await readFile(at('r.md'), 'utf8')).replace('one', 'my words');
    await writeFile(at('r.md'), edited);
    const context = makeContext(workspace);
    expect(await writeSection('r.md', 'a', 'two', context)).toEqual({ ok: true, value: 'kept' });
    expect(await readFile(at('r.md'), 'utf8')).toBe(edited);
    expect(context.written).toEqual([]);
  });

  it('shows the difference and replaces a hand edit only when the person agrees', async () => {
    await writeSection('r.md', 'a', 'one\nsame', makeContext(workspace));
    await writeFile(at('r.md'), (await readFile(at('r.md'), 'utf8')).replace('one', 'my words'));
    expect(await writeSection('r.md', 'a', 'two\nsame', answering(false))).toEqual({ ok: true, value: 'kept' });
    expect(await readFile(at('r.md'), 'utf8')).toContain('my words');
    expect(questions).toEqual([expect.objectContaining({ kind: 'danger', detail: '- my words\n+ two\n  same' })]);
    expect(await writeSection('r.md', 'a', 'two\nsame', answering(true))).toEqual({ ok: true, value: 'written' });
    expect(await readFile(at('r.md'), 'utf8')).not.toContain('my words');
  });

  it('asks once about a hand edit that was kept, when nobody ran it on purpose', async () => {
    await writeSection('r.md', 'a', 'one', makeContext(workspace));
    await writeFile(at('r.md'), (await readFile(at('r.md'), 'utf8')).replace('one', 'my words'));
    for (const text of ['two', 'three']) expect(await writeSection('r.md', 'a', text, answering(false), { quiet: true })).toEqual({ ok: true, value: 'kept' });
    expect(questions).toHaveLength(1);
    await writeFile(at('r.md'), (await readFile(at('r.md'), 'utf8')).replace('my words', 'other words'));
    await writeSection('r.md', 'a', 'four', answering(false), { quiet: true });
    expect(questions).toHaveLength(2);
  });

  it('keeps bytes, mode and the link of an existing document', async () => {
    await writeFile(at('real.md'), '\uFEFF# T\r\n\r\nmine  \r\nlast');
    await chmod(at('real.md'), 0o640);
    await symlink('real.md', at('link.md'));
    await writeSection('link.md', 'a', 'x\ny', makeContext(workspace));
    const text = await readFile(at('real.md'), 'utf8');
    expect(text.startsWith('\uFEFF# T\r\n\r\nmine  \r\nlast\r\n\r\n<!-- evalmark:begin a')).toBe(true);
    expect((await stat(at('real.md'))).mode & 0o777).toBe(0o640);
    expect((await readdir(workspace)).sort()).toEqual(['link.md', 'real.md']);
  });

  it('writes sections of one document at once without losing any', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    await Promise.all(names.map((name) => writeSection('r.md', name, `text ${name}`, makeContext(workspace))));
    for (const name of names) expect(await readSection('r.md', name, makeContext(workspace))).toEqual({ ok: true, value: `text ${name}` });
  });

  it('writes nothing when markers are damaged, and names file and line', async () => {
    await writeFile(at('r.md'), '# T\n<!-- evalmark:begin a hash=12 -->\ntext\n');
    const written = await writeSection('r.md', 'b', 'x', makeContext(workspace));
    expect(written).toMatchObject({ ok: false, failure: { code: 'section-damaged', message: expect.stringMatching(/^r\.md: Line 2:/) } });
    expect(await readFile(at('r.md'), 'utf8')).toBe('# T\n<!-- evalmark:begin a hash=12 -->\ntext\n');
  });

  it('clears away what a killed run left, and nothing else', async () => {
    await writeFile(at('.r.md.0123456789ab.tmp'), 'half');
    await utimes(at('.r.md.0123456789ab.tmp'), new Date(0), new Date(0));
    await writeFile(at('.r.md.ba9876543210.tmp'), 'another window is writing');
    await writeFile(at('.other.tmp'), 'x');
    await writeSection('r.md', 'a', 'x', makeContext(workspace));
    expect((await readdir(workspace)).sort()).toEqual(['.other.tmp', '.r.md.ba9876543210.tmp', 'r.md']);
  });

  it('refuses paths and links that leave the workspace', async () => {
    const outside = await mkdtemp(temporaryFolder);
    try {
      await symlink(outside, at('away'));
      for (const file of ['../x.md', path.join(outside, 'x.md'), 'away/x.md']) {
        expect(await writeSection(file, 'a', 'x', makeContext(workspace))).toMatchObject({ ok: false });
      }
      expect(await readdir(outside)).toEqual([]);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('says what is wrong with a document that is a folder or no UTF-8 text', async () => {
    await mkdir(at('folder.md'));
    expect(await writeSection('folder.md', 'a', 'x', makeContext(workspace))).toMatchObject({ ok: false, failure: { short: 'is a folder' } });
    await writeFile(at('latin.md'), Buffer.from([0x23, 0x20, 0xe9, 0x0a]));
    expect(await writeSection('latin.md', 'a', 'x', makeContext(workspace))).toMatchObject({ ok: false, failure: { code: 'document-unreadable' } });
    expect(await readFile(at('latin.md'))).toEqual(Buffer.from([0x23, 0x20, 0xe9, 0x0a]));
  });
});
