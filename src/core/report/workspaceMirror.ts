import { copyFile, cp, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A stand-in for the workspace in a temporary folder, in which documents can be written to see what would come of it.
 * The named files and folders are copies; everything beside them is a link to the original, which nothing of Evalmark's
 * writes through.
 */
export class WorkspaceMirror {
  private constructor(
    readonly root: string,
    private readonly temporary: string,
  ) {}

  /** @param copied paths relative to the workspace; those that are not there, or not of that kind, are left out */
  static async of(workspace: string, copied: { readonly files: readonly string[]; readonly folders: readonly string[] }): Promise<WorkspaceMirror> {
    const temporary = await mkdtemp(path.join(tmpdir(), 'evalmark-preview-'));
    // A plan without a name of its own is called after the folder.
    const root = path.join(temporary, path.basename(workspace) || 'workspace');
    const mirror = new WorkspaceMirror(root, temporary);
    await mirror.fill(workspace, root, { files: normal(copied.files), folders: normal(copied.folders) }, '');
    return mirror;
  }

  remove(): Promise<void> {
    return rm(this.temporary, { recursive: true, force: true, maxRetries: 3 });
  }

  private async fill(from: string, to: string, copied: Copied, below: string): Promise<void> {
    await mkdir(to, { recursive: true });
    const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.slice(0, mostEntries)) {
      const place = path.join(below, entry.name);
      const [original, stand] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (entry.name === '.git') continue;
      const found = await stat(original).catch(() => undefined);
      const leadsOn = [...copied.files, ...copied.folders].some((file) => file.startsWith(place + path.sep));
      if (found?.isDirectory() ? copied.folders.has(place) : copied.files.has(place) || leadsOn) await cp(original, stand, { recursive: true, dereference: true });
      else if (found?.isDirectory() && leadsOn) await this.fill(original, stand, copied, place);
      else await link(original, stand);
    }
  }
}

interface Copied {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

function normal(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.map((file) => path.normalize(file)));
}

const mostEntries = 5_000;

/** Where links take a right that the person has not, small files are copied and large ones are left out. */
async function link(original: string, stand: string): Promise<void> {
  const found = await stat(original).catch(() => undefined);
  if (!found) return;
  try {
    await symlink(original, stand, found.isDirectory() ? 'junction' : 'file');
  } catch {
    if (found.isFile() && found.size < 1_000_000) await copyFile(original, stand);
  }
}
