import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { commitWrittenFiles, previewCommit } from '../../../../src/core/repository/commitWrittenFiles';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { contextIn, person } from '../actions/person';
import { TestRepository } from './testRepository';

/** git writes down every command and how many files each looked at. */
interface TraceLine {
  readonly event: string;
  readonly sid: string;
  readonly argv?: readonly string[];
  readonly category?: string;
  readonly key?: string;
  readonly value?: string;
}

interface TracedCommand {
  readonly command: string;
  /** Files of the working tree. */
  readonly looked: number;
}

const files = 100_000;
const repositories: TestRepository[] = [];
afterEach(() => {
  delete process.env.GIT_TRACE2_EVENT;
  for (const repository of repositories.splice(0)) repository.dispose();
});

/** A repository with so many files (a dozen seconds of git: the size is what is tested), made from one blob; on disk they are left out, as in a sparse checkout. */
function repositoryWith(count: number): TestRepository {
  const test = new TestRepository();
  repositories.push(test);
  test.commit({ '.gitignore': '.evalmark/\n', 'a.json': '1', 'docs/a.md': '<!-- evalmark:begin a -->\n\nold\n\n<!-- evalmark:end a -->\n\nmine\n' });
  if (count === 0) return test;
  const blob = test.git('rev-parse', 'HEAD:a.json').trim();
  const entries = Array.from({ length: count }, (_, index) => `100644 ${blob}\tmany/${Math.floor(index / 500)}/${index}.txt`).join('\n');
  execFileSync('git', ['update-index', '--index-info'], { cwd: test.folder, input: `${entries}\n` });
  test.git('commit', '--quiet', '--message=many');
  return test;
}

/** What git did for the work, command by command, with how many files of the working tree it looked at. */
async function traced(test: TestRepository, work: () => Promise<unknown>): Promise<readonly TracedCommand[]> {
  const trace = test.path('.git/trace.jsonl');
  process.env.GIT_TRACE2_EVENT = trace;
  await work();
  delete process.env.GIT_TRACE2_EVENT;
  const lines = readFileSync(trace, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as TraceLine);
  return lines.flatMap(({ event, sid, argv }) => {
    if (event !== 'start' || sid.includes('/') || !argv) return [];
    const looked = lines.filter((line) => line.sid === sid && line.key === 'refresh/sum_lstat').reduce((sum, { value }) => sum + Number(value), 0);
    return [{ command: argv.slice(1).filter((word) => !word.startsWith('-')).slice(0, 1).join(' '), looked }];
  });
}

describe('in a repository with 100,000 files', () => {
  it('noting what was written asks git nothing; seeing and making a commit takes as many commands as in a small one, and none but the commit looks at other files', { timeout: 120_000 }, async () => {
    const runs: { readonly noted: readonly string[]; readonly seen: readonly TracedCommand[]; readonly made: readonly TracedCommand[] }[] = [];
    for (const test of [repositoryWith(0), repositoryWith(files)]) {
      const written = new WrittenFiles(test.path('.evalmark'));
      const { paths, settings, log } = contextIn(test);
      const noted = await traced(test, async () => {
        await written.add(test.write('a.json', '2'));
        await written.add(test.write('docs/a.md', '<!-- evalmark:begin a hash=e3b0c44298fc1c14 -->\n\n<!-- evalmark:end a -->\n\nmine, and more\n'));
        // git itself, so that there is a trace to read.
        test.git('version');
      });
      const seen = await traced(test, () => previewCommit({ paths, settings, written }));
      const made = await traced(test, async () => {
        expect(await commitWrittenFiles({ paths, settings, written, task: undefined, ask: person({ confirm: true }).ask, log, consent: 'each' })).toMatchObject({ kind: 'done' });
      });
      expect(test.committed().sort()).toEqual(['a.json', 'docs/a.md']);
      runs.push({ noted: noted.map(({ command }) => command), seen: seen.slice(noted.length), made: made.slice(seen.length) });
    }
    const [small, large] = runs;
    expect(large?.noted).toEqual(['version']);
    const commands = (all: readonly TracedCommand[] | undefined) => all?.map(({ command }) => command).sort();
    expect(commands(large?.seen)).toEqual(commands(small?.seen));
    expect(commands(large?.made)).toEqual(commands(small?.made));
    for (const { command, looked } of [...(large?.seen ?? []), ...(large?.made ?? [])]) if (command !== 'commit') expect(looked, command).toBeLessThan(10);
    // git's own commit compares the index with the disk; that this shows proves that the others would.
    expect(large?.made.find(({ command }) => command === 'commit')?.looked).toBeGreaterThan(files);
  });
});
