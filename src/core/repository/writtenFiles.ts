import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What Evalmark wrote since its last commit, kept in the plan's storage so that it outlives the editor. */
export class WrittenFiles {
  private readonly file: string;

  constructor(storage: string) {
    this.file = path.join(storage, 'written-files.json');
  }

  /** Absolute path. Never rejects: not to know a file only means that a commit leaves it out. */
  add(file: string): Promise<void> {
    return this.change((files) => (files.includes(file) ? files : [...files, file]));
  }

  /** Absolute paths, in the order in which they were first written. */
  async list(): Promise<readonly string[]> {
    await turns.get(this.file);
    return this.read();
  }

  /** Forgets these; all when left out. */
  clear(files?: readonly string[]): Promise<void> {
    return this.change((kept) => (files ? kept.filter((file) => !files.includes(file)) : []));
  }

  private change(next: (files: readonly string[]) => readonly string[]): Promise<void> {
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

  private async read(): Promise<readonly string[]> {
    try {
      const files: unknown = JSON.parse(await readFile(this.file, 'utf8'));
      return Array.isArray(files) ? files.filter((file): file is string => typeof file === 'string' && path.isAbsolute(file)) : [];
    } catch {
      return [];
    }
  }

  private async write(files: readonly string[]): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    await writeFile(temporary, `${JSON.stringify(files, undefined, 2)}\n`);
    await rename(temporary, this.file);
  }
}

/** One after the other for each file, whichever object asks: the runner and the commit action hold one each. */
const turns = new Map<string, Promise<void>>();
