import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What Evalmark wrote since its last commit, kept in the plan's storage so that it outlives the editor. */
export class WrittenFiles {
  private readonly file: string;

  constructor(storage: string) {
    this.file = path.join(storage, 'written-files.json');
  }

  /** Absolute path, just written. Never rejects: not to know a file only means that a commit leaves it out. */
  async add(file: string): Promise<void> {
    const sha256 = await hashOf(file);
    return this.change((files) => {
      const known = files.find((one) => one.file === file);
      if (known && known.sha256 === sha256) return files;
      return known ? files.map((one) => (one === known ? { file, sha256 } : one)) : [...files, { file, sha256 }];
    });
  }

  /** Absolute paths, in the order in which they were first written. */
  async list(): Promise<readonly string[]> {
    await turns.get(this.file);
    return (await this.read()).map(({ file }) => file);
  }

  /** Those that no longer are as Evalmark left them: somebody wrote to them since. */
  async touched(): Promise<ReadonlySet<string>> {
    await turns.get(this.file);
    const touched = new Set<string>();
    for (const { file, sha256 } of await this.read()) if (sha256 !== undefined && (await hashOf(file)) !== sha256) touched.add(file);
    return touched;
  }

  /** Those that were gone when they were noted: Evalmark removed them. */
  async removed(): Promise<ReadonlySet<string>> {
    await turns.get(this.file);
    return new Set((await this.read()).flatMap(({ file, sha256 }) => (sha256 === undefined ? [file] : [])));
  }

  /** Forgets these; all when left out. */
  clear(files?: readonly string[]): Promise<void> {
    return this.change((kept) => (files ? kept.filter(({ file }) => !files.includes(file)) : []));
  }

  private change(next: (files: readonly WrittenFile[]) => readonly WrittenFile[]): Promise<void> {
    const changed = (turns.get(this.file) ?? Promise.resolve())
      .then(async () => {
        const before = await this.read();
        const after = next(before);
        if (after !== before) await this.write(after);
      })
      .catch(() => {});
    turns.set(this.file, changed);
    return changed;
  }

  private async read(): Promise<readonly WrittenFile[]> {
    try {
      const files: unknown = JSON.parse(await readFile(this.file, 'utf8'));
      return Array.isArray(files) ? files.flatMap((entry) => writtenFile(entry) ?? []) : [];
    } catch {
      return [];
    }
  }

  private async write(files: readonly WrittenFile[]): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    await writeFile(temporary, `${JSON.stringify(files, undefined, 2)}\n`);
    await rename(temporary, this.file);
  }
}

interface WrittenFile {
  /** Absolute. */
  readonly file: string;
  /** As Evalmark left it; undefined where it could not be read, as after Evalmark removed it. */
  readonly sha256: string | undefined;
}

/** Also a bare path, as earlier versions wrote. */
function writtenFile(entry: unknown): WrittenFile | undefined {
  const { file, sha256 } = typeof entry === 'string' ? { file: entry, sha256: undefined } : ((entry ?? {}) as Partial<WrittenFile>);
  return typeof file === 'string' && path.isAbsolute(file) ? { file, sha256: typeof sha256 === 'string' ? sha256 : undefined } : undefined;
}

async function hashOf(file: string): Promise<string | undefined> {
  const content = await readFile(file).catch(() => undefined);
  return content && createHash('sha256').update(content).digest('hex');
}

/** One after the other for each file, whichever object asks: the runner and the commit action hold one each. */
const turns = new Map<string, Promise<void>>();
