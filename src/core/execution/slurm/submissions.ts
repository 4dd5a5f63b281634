import { randomBytes } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OpenMatrix } from '../../evaluation/parts/matrixFolder';
import { formatIndices, parseIndices } from './indexRanges';

/** One line of `submissions.jsonl`, beside the matrix. */
type Entry =
  /** Written before sbatch is called. */
  | { readonly kind: 'submitting'; readonly at: string; readonly name: string; readonly parts: string; readonly offset: number }
  | { readonly kind: 'submitted'; readonly at: string; readonly name: string; readonly job: string }
  /** sbatch refused it, or was killed before it had any effect. */
  | { readonly kind: 'lost'; readonly at: string; readonly name: string }
  /** Everything that was submitted is over or cancelled. */
  | { readonly kind: 'closed'; readonly at: string };

/** An array of jobs that was given to Slurm. */
export interface Submission {
  /** Its name in Slurm, which no other job has. */
  readonly name: string;
  readonly at: string;
  readonly parts: readonly number[];
  readonly offset: number;
  /** Undefined as long as nobody knows whether sbatch came to its end. */
  readonly job: string | undefined;
}

/**
 * What was given to Slurm, so that whoever comes next goes on with it: a name is written before sbatch is called and the
 * number after it. Where a kill came between, the name is looked up in the queue, and nothing is submitted twice.
 */
export class Submissions {
  private constructor(
    private readonly file: string,
    private known: readonly Submission[],
  ) {}

  static async read({ folder }: Pick<OpenMatrix, 'folder'>): Promise<Submissions> {
    const file = path.join(folder, 'submissions.jsonl');
    const text = await readFile(file, 'utf8').catch(() => '');
    let known: readonly Submission[] = [];
    for (const entry of entriesOf(text)) known = after(known, entry);
    return new Submissions(file, known);
  }

  /** Those that may still have tasks in Slurm, the oldest first. */
  get open(): readonly Submission[] {
    return this.known;
  }

  /** @returns the name that the job has to get */
  async begin(matrixId: string, parts: readonly number[], offset: number): Promise<string> {
    const name = `evalmark-${matrixId}-${randomBytes(4).toString('hex')}`;
    await this.append({ kind: 'submitting', at: new Date().toISOString(), name, parts: formatIndices(parts), offset });
    return name;
  }

  submitted(name: string, job: string): Promise<void> {
    return this.append({ kind: 'submitted', at: new Date().toISOString(), name, job });
  }

  lost(name: string): Promise<void> {
    return this.append({ kind: 'lost', at: new Date().toISOString(), name });
  }

  close(): Promise<void> {
    return this.append({ kind: 'closed', at: new Date().toISOString() });
  }

  private async append(entry: Entry): Promise<void> {
    this.known = after(this.known, entry);
    // A kill in mid-write leaves half a line, which must not swallow this one.
    await appendFile(this.file, `\n${JSON.stringify(entry)}\n`);
  }
}

function after(known: readonly Submission[], entry: Entry): readonly Submission[] {
  switch (entry.kind) {
    case 'submitting':
      return [...known, { name: entry.name, at: entry.at, parts: [...parseIndices(entry.parts)], offset: entry.offset, job: undefined }];
    case 'submitted':
      return known.map((one) => (one.name === entry.name ? { ...one, job: entry.job } : one));
    case 'lost':
      return known.filter(({ name }) => name !== entry.name);
    case 'closed':
      return [];
  }
}

function* entriesOf(text: string): Generator<Entry> {
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      yield JSON.parse(line) as Entry;
    } catch {
      // Half a line of a kill says nothing.
    }
  }
}
