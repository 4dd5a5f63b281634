import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../actionContext';

/** A real repository in a temporary folder, with an identity of its own. */
export class TestRepository {
  readonly folder: string;

  constructor({ init = true, identity = true } = {}) {
    this.folder = realpathSync(mkdtempSync(temporaryFolder));
    if (init) this.git('init', '--quiet', '--initial-branch=main');
    if (init && identity) this.identify();
  }

  identify(): void {
    this.git('config', 'user.name', 'Tester');
    this.git('config', 'user.email', 'tester@example.com');
    this.git('config', 'commit.gpgsign', 'false');
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Whether the command ends well. */
  tries(...args: string[]): boolean {
    try {
      this.git(...args);
      return true;
    } catch {
      return false;
    }
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array, mode?: number): string {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content, mode === undefined ? {} : { mode });
    return this.path(name);
  }

  commit(files: Readonly<Record<string, string>>, message = 'base'): void {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
    this.git('add', '--', ...Object.keys(files));
    this.git('commit', '--quiet', '-m', message);
  }

  /** Files of the last commit. */
  committed(): string[] {
    return this.git('show', '--name-only', '--format=', '-z', 'HEAD').split('\0').filter(Boolean);
  }

  status(): string[] {
    return this.git('status', '--porcelain=v1', '--no-renames', '-z').split('\0').filter(Boolean);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
