import { open } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';

/**
 * Reads a JSON file that came with a checkpoint. Nothing in it is believed: `parse` asks for each field by its type, and
 * what is not there or makes no sense refuses the file.
 *
 * @param parse asks `fields`; what it returns is the result
 */
export async function readConfig<Config>(file: string, parse: (fields: ConfigFields) => Config): Promise<Result<Config>> {
  try {
    return ok(parse(new ConfigFields(JSON.parse(await smallText(file)))));
  } catch (error) {
    if (error instanceof UnsoundConfig || error instanceof SyntaxError) return fail(refused(file, error));
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return fail(missing(file));
    if (code !== undefined) return fail(refused(file, error as Error));
    throw error;
  }
}

/** The fields of one object in a config, each read as a type or refused. */
export class ConfigFields {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly place = '',
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnsoundConfig(`${place || 'it'} is no object`);
    this.fields = value as Readonly<Record<string, unknown>>;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** As it stands in the file; null counts as absent. */
  raw(name: string): unknown {
    const value = Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
    return value ?? undefined;
  }

  /** A whole number from 1 to `most`: sizes and counts of layers. */
  count(name: string, { standard, most = 1_000_000 }: { readonly standard?: number; readonly most?: number } = {}): number {
    const value = this.raw(name) ?? standard;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) throw this.unsound(name, `a whole number from 1 to ${most}`);
    return value;
  }

  number(name: string, standard?: number): number {
    const value = this.raw(name) ?? standard;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.unsound(name, 'a number');
    return value;
  }

  numbers(name: string, standard?: readonly number[]): readonly number[] {
    const value = this.raw(name) ?? standard;
    if (!Array.isArray(value) || value.length > 1000 || !value.every((item) => typeof item === 'number' && Number.isFinite(item))) throw this.unsound(name, 'a list of numbers');
    return value as readonly number[];
  }

  flags(name: string, standard?: readonly boolean[]): readonly boolean[] {
    const value = this.raw(name) ?? standard;
    if (!Array.isArray(value) || value.length > 1000 || !value.every((item) => typeof item === 'boolean')) throw this.unsound(name, 'a list of true and false');
    return value;
  }

  text(name: string, standard?: string): string {
    const value = this.raw(name) ?? standard;
    if (typeof value !== 'string') throw this.unsound(name, 'a text');
    return value;
  }

  /** All fields, for files that are lists by name. */
  all(): Readonly<Record<string, unknown>> {
    return this.fields;
  }

  /** The object in a field; an empty one where there is none. */
  object(name: string): ConfigFields {
    return new ConfigFields(this.raw(name) ?? {}, this.at(name));
  }

  /** For what a config says well but the engine cannot compute: the reason belongs in a sentence after "because". */
  refuse(reason: string): UnsoundConfig {
    return new UnsoundConfig(reason);
  }

  private unsound(name: string, expected: string): UnsoundConfig {
    return new UnsoundConfig(`${this.at(name)} is not ${expected}`);
  }

  private at(name: string): string {
    return this.place === '' ? name : `${this.place}.${name}`;
  }
}

class UnsoundConfig extends Error {}

/** The largest of these files, a tokenizer's, has about 11 MB. */
const longest = 100_000_000;

async function smallText(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > longest) throw new UnsoundConfig(`it has ${size} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** `text_encoder/config.json`: which component a file belongs to matters more than where it lies. */
function shown(file: string): string {
  return path.join(path.basename(path.dirname(file)), path.basename(file));
}

function missing(file: string): Failure {
  return { code: 'config-missing', message: `${shown(file)} is not there.`, advice: 'Run the download step of this model with all its files, then this step again.', short: 'file missing' };
}

function refused(file: string, error: Error): Failure {
  const reason = error instanceof UnsoundConfig ? error.message : 'it is not JSON';
  return {
    code: 'config-refused',
    message: `${shown(file)} cannot be used: ${reason}.`,
    advice: 'Download the model again; if it stays so, choose a checkpoint of Qwen-Image-Edit.',
    short: 'bad config',
    detail: error.message,
  };
}
