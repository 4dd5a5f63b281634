import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepAddress } from '../../../../src/core/plan/address';
import { lockPath } from '../../../../src/core/plan/fileLock';
import { parsePlan } from '../../../../src/core/plan/parse';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import type { PlanEdit, PlanSnapshot } from '../../../../src/core/plan/planStore';
import { replaceFile } from '../../../../src/core/plan/replaceFile';

const text = '# T\r\n\r\n### Task 1.1: A\r\n**Owner**: ünï 🎉  \r\n\r\n- [ ] one\r\n- [✓] two\r\n-\t[ ] three';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  file = path.join(folder, 'tasks.md');
  await writeFile(file, text);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const done = (snapshot: PlanSnapshot, words: string): PlanEdit => {
  const step = snapshot.plan.steps.find((other) => other.text === words);
  if (!step) throw new Error(`no step "${words}"`);
  return { kind: 'mark', step: stepAddress(step), state: 'done' };
};

async function read(store: FilePlanStore): Promise<PlanSnapshot> {
  const snapshot = await store.read();
  if (!snapshot.ok) throw new Error(snapshot.failure.message);
  return snapshot.value;
}

describe('a plan in a file', () => {
  it('is read with its exact bytes', async () => {
    await writeFile(file, `\uFEFF${text}`);
    const snapshot = await read(new FilePlanStore(file));
    expect(snapshot.bytes).toEqual(await readFile(file));
    expect(snapshot.text).toBe(text);
    expect(snapshot.plan.counts).toMatchObject({ steps: 3, done: 1 });
  });

  it.each([
    ['a missing file', async () => unlink(file), 'plan-missing'],
    ['a folder', async () => unlink(file).then(() => mkdir(file)), 'plan-folder'],
    ['a link to nothing', async () => unlink(file).then(() => symlink('nowhere', file)), 'plan-missing'],
    ['a link to itself', async () => unlink(file).then(() => symlink('tasks.md', file)), 'plan-missing'],
    ['a file as its folder', async () => void (file = path.join(file, 'tasks.md')), 'plan-missing'],
  ])('is a failure when there is %s', async (_name, prepare, code) => {
    await prepare();
    const store = new FilePlanStore(file);
    const results = [await store.read(), await store.edit([{ kind: 'statusLines', taskIds: [], reasons: {} }])];
    for (const result of results) expect(result.ok ? 'ok' : result.failure.code).toBe(code);
  });

  it('changes only the bytes of a mark', async () => {
    const store = new FilePlanStore(file);
    const before = await read(store);
    const after = await store.edit([done(before, 'three')]);
    expect(await readFile(file, 'utf8')).toBe(text.replace('-\t[ ]', '-\t[✓]'));
    if (!after.ok) throw new Error(after.failure.message);
    expect(after.value.plan).toEqual(parsePlan(await readFile(file)));
    expect(after.value.text).toBe(await readFile(file, 'utf8'));
    expect(after.value.plan.phases[0]).not.toBe(before.plan.phases[0]);
    expect(after.value.plan.steps[0]).toBe(before.plan.steps[0]);
  });

  it('goes on from mark to mark, also after bytes of other lengths', async () => {
    const store = new FilePlanStore(file);
    let snapshot = await read(store);
    for (const [words, state] of [['one', 'done'], ['two', 'todo'], ['three', 'done'], ['one', 'todo'], ['two', 'failed']] as const) {
      const edit = await store.edit([{ ...done(snapshot, words), state } as PlanEdit]);
      if (!edit.ok) throw new Error(edit.failure.message);
      snapshot = edit.value;
      expect(snapshot.plan).toEqual(parsePlan(await readFile(file)));
    }
    expect(await readFile(file, 'utf8')).toBe(text.replace('[✓] two', '[ ] two').replace('[ ] three', '[✓] three').replace('[ ] two', '[✗] two'));
  });

  it('keeps bytes that are no UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from('\uFEFF# \u00e4'), Buffer.from([0xff, 0xc3]), Buffer.from('\n- [ ] a'), Buffer.from([0xe2, 0x82, 0xed, 0xa0, 0x80, 0xf0, 0x9f]), Buffer.from('b <!-- evalmark: manual -->\r- [x] c\n')]);
    await writeFile(file, broken);
    const store = new FilePlanStore(file);
    const [step] = (await read(store)).plan.steps;
    if (!step) throw new Error('no step');
    const edits: PlanEdit[] = [
      { kind: 'mark', step: stepAddress(step), state: 'done' },
      { kind: 'link', step: stepAddress(step), action: undefined, arguments: {} },
    ];
    expect(await store.edit(edits)).toMatchObject({ ok: true });
    const expected = Buffer.from(broken.toString('latin1').replace('[ ] a', '[x] a').replace(' <!-- evalmark: manual -->', ''), 'latin1');
    expect(await readFile(file)).toEqual(expected);
  });

  it.each([
    ['binary', Buffer.from('- [ ] a\n\0\0')],
    ['UTF-16', Buffer.from('\uFEFF- [ ] a\n', 'utf16le')],
  ])('is not written when it is %s', async (_name, bytes) => {
    await writeFile(file, bytes);
    const result = await new FilePlanStore(file).edit([done({ plan: parsePlan('- [ ] a'), bytes: undefined, text: '' }, 'a')]);
    expect(result).toMatchObject({ ok: false, failure: { code: 'plan-not-text' } });
    expect(await readFile(file)).toEqual(bytes);
  });

  it('is not touched when nothing changes', async () => {
    const store = new FilePlanStore(file);
    await utimes(file, 1, 1);
    expect(await store.edit([done(await read(store), 'two')])).toMatchObject({ ok: true });
    expect((await stat(file)).mtimeMs).toBe(1000);
  });

  it('keeps mode and links, and leaves nothing beside it', async () => {
    await chmod(file, 0o640);
    await mkdir(path.join(folder, 'links'));
    const link = path.join(folder, 'links', 'plan.md');
    await symlink('../tasks.md', link);
    const store = new FilePlanStore(link);
    expect(await store.edit([done(await read(store), 'one')])).toMatchObject({ ok: true });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(await readFile(file, 'utf8')).toContain('[✓] one');
    expect((await readdir(folder)).sort()).toEqual(['links', 'tasks.md']);
    expect(existsSync(lockPath(file))).toBe(false);
  });
});

describe('what a killed process left', () => {
  it('is cleared away, and a link in its place is not followed', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    await writeFile(elsewhere, 'precious');
    await symlink('elsewhere', path.join(folder, '.tasks.md.evalmark.tmp'));
    const store = new FilePlanStore(file);
    expect(await store.edit([done(await read(store), 'one')])).toMatchObject({ ok: true });
    expect(await readFile(elsewhere, 'utf8')).toBe('precious');
    expect((await readdir(folder)).sort()).toEqual(['elsewhere', 'tasks.md']);
  });
});

describe('edits by others', () => {
  it('between reading and writing are kept', async () => {
    const store = new FilePlanStore(file);
    const snapshot = await read(store);
    await writeFile(file, `new first line\r\n${text}`);
    expect(await store.edit([done(snapshot, 'one')])).toMatchObject({ ok: true });
    expect(await readFile(file, 'utf8')).toBe(`new first line\r\n${text.replace('[ ] one', '[✓] one')}`);
  });

  it('at the very moment of writing are kept', async () => {
    let others = 0;
    const store = new FilePlanStore(file, {
      replace: async (...replacing) => {
        if (others++ === 0) await writeFile(file, text.replace('two', 'TWO'));
        return replaceFile(...replacing);
      },
    });
    expect(await store.edit([done(await read(store), 'one')])).toMatchObject({ ok: true });
    expect(await readFile(file, 'utf8')).toBe(text.replace('two', 'TWO').replace('[ ] one', '[✓] one'));
    expect(others).toBe(2);
  });

  it('that never end are a failure', async () => {
    let count = 0;
    const store = new FilePlanStore(file, {
      replace: async (...replacing) => {
        await writeFile(file, `${text}${'!'.repeat(++count)}`);
        return replaceFile(...replacing);
      },
    });
    expect(await store.edit([done(await read(store), 'one')])).toMatchObject({ ok: false, failure: { code: 'plan-busy' } });
    expect(await readFile(file, 'utf8')).toBe(`${text}${'!'.repeat(count)}`);
    expect(await readdir(folder)).toEqual(['tasks.md']);
  });

  it('through other stores of this process wait for their turn', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `- [ ] step ${index}\n`).join('');
    await writeFile(file, many);
    const snapshot = await read(new FilePlanStore(file));
    const stores = [new FilePlanStore(file), new FilePlanStore(file), new FilePlanStore(path.join(folder, '.', 'tasks.md'))];
    const results = await Promise.all(snapshot.plan.steps.map(({ text: words }, index) => stores[index % 3]!.edit([done(snapshot, words)])));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await readFile(file, 'utf8')).toBe(many.replaceAll('[ ]', '[x]'));
  });
});

describe('a lock', () => {
  it('of a process that died is removed', async () => {
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString());
    await writeFile(lockPath(file), `${gone} x`);
    const store = new FilePlanStore(file);
    expect(await store.edit([done(await read(store), 'one')])).toMatchObject({ ok: true });
  });

  it('that nobody finished writing is removed after a while', async () => {
    await writeFile(lockPath(file), '');
    const old = new Date(Date.now() - 5000);
    await utimes(lockPath(file), old, old);
    const store = new FilePlanStore(file);
    expect(await store.edit([done(await read(store), 'one')])).toMatchObject({ ok: true });
  });

  it('of a living process is waited for', async () => {
    await writeFile(lockPath(file), `${process.ppid} x`);
    const store = new FilePlanStore(file);
    const edit = store.edit([done(await read(store), 'one')]);
    const early = await Promise.race([edit, new Promise((resolve) => setTimeout(() => resolve('waiting'), 200))]);
    expect(early).toBe('waiting');
    await unlink(lockPath(file));
    expect(await edit).toMatchObject({ ok: true });
  });
});

describe('a disk that refuses', () => {
  const failing = (code: string) =>
    new FilePlanStore(file, {
      replace: (target, expected, bytes) =>
        replaceFile(target, expected, bytes, async (handle) => {
          await handle.write(bytes, 0, 3);
          throw Object.assign(new Error(`${code}: no`), { code });
        }),
    });

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'no-permission'],
    ['EROFS', 'read-only'],
    ['EIO', 'plan-file'],
  ])('with %s leaves the plan as it was', async (error, code) => {
    const store = failing(error);
    const snapshot = await read(store);
    const result = await store.edit([done(snapshot, 'one')]);
    expect(result).toMatchObject({ ok: false, failure: { code } });
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['tasks.md']);
    expect(await new FilePlanStore(file).edit([done(snapshot, 'one')])).toMatchObject({ ok: true });
  });

  it.runIf(canMount())('because it is full leaves the plan as it was', async () => {
    const mounted = path.join(folder, 'disk');
    await mkdir(mounted);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mounted]);
    try {
      const small = path.join(mounted, 'tasks.md');
      const long = '- [ ] a long step\n'.repeat(1500);
      await writeFile(small, `- [ ] first\n${long}`);
      await writeFile(path.join(mounted, 'ballast'), Buffer.alloc(28 * 1024));
      const store = new FilePlanStore(small);
      const snapshot = await read(store);
      expect(await store.edit([done(snapshot, 'first')])).toMatchObject({ ok: false, failure: { code: 'disk-full' } });
      expect(await readFile(small, 'utf8')).toBe(`- [ ] first\n${long}`);
      expect((await readdir(mounted)).sort()).toEqual(['ballast', 'tasks.md']);
      await unlink(path.join(mounted, 'ballast'));
      expect(await store.edit([done(snapshot, 'first')])).toMatchObject({ ok: true });
    } finally {
      execFileSync('umount', [mounted]);
    }
  });

  it.runIf(process.getuid?.() !== 0)('for lack of rights leaves the plan as it was', async () => {
    const store = new FilePlanStore(file);
    const snapshot = await read(store);
    await chmod(file, 0o444);
    expect(await store.edit([done(snapshot, 'one')])).toMatchObject({ ok: false, failure: { code: 'no-permission' } });
  });
});

/** Only root may, and not everywhere. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
