import path from 'node:path';
import type { RunEvent } from '../core/runner/runState';
import { replaceFile } from '../core/report/replaceFile';

/** Keeps the newest preview of a run in one file, for a picture viewer that looks at it again when it changes. */
export class PreviewFile {
  private shown: Uint8Array | undefined;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly file: string;

  /** @param failed told once why the file cannot be written; the run goes on without it */
  constructor(
    file: string,
    private readonly failed: (why: string) => void,
  ) {
    this.file = path.resolve(file);
  }

  take(event: RunEvent): void {
    const picture = event.kind === 'step' && event.run.kind === 'running' ? event.run.progress.picture : undefined;
    if (!picture || picture === this.shown) return;
    this.shown = picture;
    this.writing = this.writing.then(() => this.write(picture));
  }

  /** Resolves when nothing is left to write. */
  async done(): Promise<void> {
    await this.writing;
  }

  private async write(picture: Uint8Array): Promise<void> {
    const written = await replaceFile(this.file, picture);
    if (written.ok) return;
    this.failed(written.failure.message);
    this.write = () => Promise.resolve();
  }
}
