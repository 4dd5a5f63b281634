import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { fail, ok, type Failure, type Result } from '../outcome';
import { writeFailure } from '../report/replaceFile';
import { importPictures, ownExtension, renamePictures, safeStem } from './importPictures';
import { mendPicture, type Mend } from './mendPicture';
import { readPicture } from './picture';
import { readChoice, writeChoice, type ChosenPicture } from './pictureChoice';
import type { NamePattern } from './pictureName';
import { moveWithoutOverwriting, placeFile } from './placeFile';
import { drawCharacters } from './placeholderCharacters';

/** A picture that is to be a source: chosen, or in the evaluation's folder already. */
export interface BoardPicture {
  /** Absolute path of the file that is looked at. */
  readonly file: string;
  /** Whether it lies in the evaluation's folder. */
  readonly inFolder: boolean;
  /** What a person says it shows. */
  readonly words: string | undefined;
}

export interface BoardPlace {
  /** Of the evaluation's pictures; absolute. */
  readonly folder: string;
  /** Machine state: the choice, and originals of what was changed. */
  readonly storage: string;
  /** Pictures in the folder, in natural order. */
  inFolder(): Promise<readonly string[]>;
}

/** What a change did, in a few words for a person. */
type Change = Result<string>;

/**
 * The source pictures of an evaluation as a person arranges them. Nothing is lost by it: what leaves the folder or is mended
 * lies in `originals`, and every change can be undone while the board lives.
 */
export class PictureBoard {
  private readonly undos: (() => Promise<void>)[] = [];

  constructor(
    private readonly place: BoardPlace,
    private readonly context: Pick<ActionContext, 'log' | 'wrote' | 'signal' | 'progress'>,
  ) {}

  get canUndo(): boolean {
    return this.undos.length > 0;
  }

  /** Those in the folder first, then those that are chosen and not there yet, in their order. */
  async read(): Promise<readonly BoardPicture[]> {
    const [lying, chosen] = await Promise.all([this.place.inFolder(), this.chosen()]);
    const there = new Set(lying);
    const words = new Map(chosen.map((one) => [one.imported, one.words]));
    const waiting = chosen.filter(({ imported }) => imported === undefined || !there.has(imported));
    return [...lying.map((file) => ({ file, inFolder: true, words: words.get(file) })), ...waiting.map(({ file, words: said }) => ({ file, inFolder: false, words: said }))];
  }

  /** Files of this machine; each is looked at, and what is no picture is refused. */
  async add(files: readonly string[]): Promise<Change> {
    const chosen = await this.chosen();
    const known = new Set([...chosen.map(({ file }) => file), ...(await this.place.inFolder())]);
    const added: ChosenPicture[] = [];
    const refused: Failure[] = [];
    for (const file of files) {
      if (known.has(file)) continue;
      const picture = await readPicture(file);
      if (picture.ok) added.push({ file, ...(picture.value.caption === undefined ? {} : { words: picture.value.caption }) });
      else refused.push(picture.failure);
    }
    const written = await this.write([...chosen, ...added], added.length > 0);
    if (!written.ok) return written;
    const [first] = refused;
    if (first) return fail(refused.length === 1 ? first : { ...first, message: refused.map(({ message }) => message).join(' ') });
    return ok(added.length === 0 ? 'They are here already.' : `${added.length === 1 ? path.basename(added[0]?.file ?? '') : `${added.length} pictures`} added.`);
  }

  /** A picture that comes as bytes, dropped or pasted; kept in the storage. */
  async addContent(name: string, content: Buffer): Promise<Change> {
    const base = path.basename(name.replaceAll('\\', '/'));
    const extension = path.extname(base).toLowerCase();
    const stem = safeStem(path.basename(base, path.extname(base)));
    const file = path.join(this.place.storage, 'added', hashOf(content).slice(0, 8), `${stem}${/^\.\w{2,5}$/.test(extension) ? extension : '.png'}`);
    const placed = await placeFile(file, content);
    if (!placed.ok) return placed;
    const added = await this.add([file]);
    if (!added.ok) await rm(file, { force: true });
    return added;
  }

  /** Made-up characters that are not among the pictures yet. */
  async draw(count: number): Promise<Change> {
    const folder = path.join(this.place.storage, 'drawn');
    const before = (await this.chosen()).filter(({ file }) => path.dirname(file) === folder).length;
    const drawn = await drawCharacters(folder, before + count);
    return drawn.ok ? this.add(drawn.value.map(({ file }) => file)) : drawn;
  }

  /** Out of the choice; one in the folder goes to the originals. */
  async remove(file: string): Promise<Change> {
    const chosen = await this.chosen();
    const back = (await this.isInFolder(file)) ? await this.putAway(file) : ok(undefined);
    if (!back.ok) return back;
    const written = await this.write(chosen.filter((one) => one.file !== file && one.imported !== file), true, back.value);
    return written.ok ? ok(`${path.basename(file)} taken out.`) : written;
  }

  /** Another picture in the place of this one. */
  async replace(file: string, by: string): Promise<Change> {
    const picture = await readPicture(by);
    if (!picture.ok) return picture;
    const chosen = await this.chosen();
    const back = (await this.isInFolder(file)) ? await this.putAway(file) : ok(undefined);
    if (!back.ok) return back;
    const at = chosen.findIndex((one) => one.file === file || one.imported === file);
    const other: ChosenPicture = { file: by, ...(picture.value.caption === undefined ? {} : { words: picture.value.caption }) };
    const written = await this.write(at < 0 ? [...chosen, other] : chosen.with(at, other), true, back.value);
    return written.ok ? ok(`${path.basename(file)} replaced by ${path.basename(by)}.`) : written;
  }

  /** Puts right what can be: a copy takes the picture's place, the original is kept. */
  async mend(file: string, mend: Mend): Promise<Change> {
    const extension = ownExtension(file);
    const content = await mendPicture(file, mend, extension);
    if (!content.ok) return content;
    const name = `${path.basename(file, path.extname(file))}${extension}`;
    const chosen = await this.chosen();
    if (await this.isInFolder(file)) {
      const back = await this.putAway(file);
      if (!back.ok) return back;
      const target = path.join(this.place.folder, name);
      const placed = await placeFile(target, content.value);
      if (!placed.ok || placed.value === 'taken') {
        await back.value();
        return placed.ok ? fail({ code: 'picture-exists', message: `${name} exists already and is another picture.`, advice: 'Rename one of the two, then try again.', short: 'name taken' }) : placed;
      }
      this.context.wrote(target);
      const written = await this.write(chosen.map((one) => (one.imported === file ? { ...one, imported: target } : one)), true, async () => {
        await rm(target, { force: true });
        await back.value();
      });
      return written.ok ? ok(`${name} mended; the original is kept.`) : written;
    }
    const target = path.join(this.place.storage, 'mended', hashOf(content.value).slice(0, 8), name);
    const placed = await placeFile(target, content.value);
    if (!placed.ok) return placed;
    const written = await this.write(chosen.map((one) => (one.file === file ? { ...one, file: target } : one)), true);
    return written.ok ? ok(`${name} mended; the original stays as it is.`) : written;
  }

  /** Earlier or later among those that are not in the folder yet: their order is that of their numbers. */
  async move(file: string, by: -1 | 1): Promise<Change> {
    const chosen = await this.chosen();
    const waiting = (await this.read()).filter(({ inFolder }) => !inFolder).map((one) => one.file);
    const other = waiting[waiting.indexOf(file) + by];
    if (!waiting.includes(file) || other === undefined) return ok('');
    const [at, to] = [chosen.findIndex((one) => one.file === file), chosen.findIndex((one) => one.file === other)];
    const [moved, passed] = [chosen[at], chosen[to]];
    if (!moved || !passed) return ok('');
    const written = await this.write(chosen.with(at, passed).with(to, moved), true);
    return written.ok ? ok(`${path.basename(file)} moved ${by < 0 ? 'forward' : 'back'}.`) : written;
  }

  /** What it shows, for the table of the pictures. */
  async describe(file: string, words: string): Promise<Change> {
    const chosen = await this.chosen();
    const said = words.trim();
    const isIt = (one: ChosenPicture): boolean => one.file === file || one.imported === file;
    const changed = chosen.map((one): ChosenPicture => {
      if (!isIt(one)) return one;
      const { words: _before, ...rest } = one;
      return said === '' ? rest : { ...rest, words: said };
    });
    const added: ChosenPicture[] = chosen.some(isIt) || said === '' ? [] : [{ file, imported: file, words: said }];
    const written = await this.write([...changed, ...added], true);
    return written.ok ? ok('') : written;
  }

  /** Copies what is chosen into the folder, upright and without metadata. */
  async copyIn(pattern: NamePattern | undefined): Promise<Change> {
    const waiting = (await this.read()).filter(({ inFolder }) => !inFolder).map(({ file }) => file);
    if (waiting.length === 0) return ok('All of them are there.');
    const imported = await importPictures({ files: waiting, folder: this.place.folder, pattern }, this.context);
    if (!imported.ok) return imported;
    const targets = new Map(imported.value.map(({ source, target }) => [source, target]));
    const fresh = imported.value.filter(({ present }) => !present).map(({ target }) => target);
    const chosen = (await this.chosen()).map((one) => (targets.has(one.file) ? { ...one, imported: targets.get(one.file) ?? one.file } : one));
    const written = await this.write(chosen, true, async () => {
      for (const target of fresh) await rm(target, { force: true });
    });
    return written.ok ? ok(`${waiting.length === 1 ? '1 picture' : `${waiting.length} pictures`} copied.`) : written;
  }

  /** Gives those in the folder the names that the plan asks for. */
  async rename(pattern: NamePattern): Promise<Change> {
    const renamed = await renamePictures(this.place.folder, pattern, path.join(this.place.storage, 'originals'), this.context);
    if (!renamed.ok) return renamed;
    const moved = new Map(renamed.value.map(({ source, target }) => [source, target]));
    const chosen = (await this.chosen()).map((one) => (one.imported !== undefined && moved.has(one.imported) ? { ...one, imported: moved.get(one.imported) ?? one.imported } : one));
    // Their old names are gone from the folder, so there is nothing that an undo could put back whole.
    const written = await this.write(chosen, false);
    this.undos.length = 0;
    return written.ok ? ok(`${renamed.value.length === 1 ? '1 picture' : `${renamed.value.length} pictures`} renamed.`) : written;
  }

  async undo(): Promise<Change> {
    const last = this.undos.pop();
    if (!last) return ok('Nothing to undo.');
    try {
      await last();
    } catch (error) {
      return fail(writeFailure(this.place.folder, error));
    }
    return ok('Taken back.');
  }

  private async chosen(): Promise<readonly ChosenPicture[]> {
    return (await readChoice(this.place.storage))?.files ?? [];
  }

  /** @param back what an undo does beside writing the choice as it was */
  private async write(files: readonly ChosenPicture[], undoable: boolean, back?: () => Promise<void>): Promise<Result<void>> {
    const before = await this.chosen();
    const written = await writeChoice(this.place.storage, files);
    if (written.ok && undoable) {
      this.undos.push(async () => {
        await back?.();
        await writeChoice(this.place.storage, before);
      });
    }
    return written;
  }

  private async isInFolder(file: string): Promise<boolean> {
    return (await this.place.inFolder()).includes(file);
  }

  /** Out of the folder, to the originals; gives the way back. */
  private async putAway(file: string): Promise<Result<() => Promise<void>>> {
    try {
      const kept = path.join(this.place.storage, 'originals', `${hashOf(await readFile(file)).slice(0, 8)}-${path.basename(file)}`);
      await mkdir(path.dirname(kept), { recursive: true });
      // Its content names it: one that is there already is the same.
      if ((await moveWithoutOverwriting(file, kept)) === 'taken') await rm(file, { force: true });
      this.context.log.info(`${path.basename(file)} was put away as ${kept}.`);
      return ok(async () => {
        await moveWithoutOverwriting(kept, file);
      });
    } catch (error) {
      return fail(writeFailure(file, error));
    }
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
