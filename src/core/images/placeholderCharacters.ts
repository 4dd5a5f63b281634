import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import { writeFailure } from '../report/replaceFile';
import { people } from './characters/people';
import type { Person } from './characters/person';
import { portraitSvg } from './characters/portrait';
import { nameOf, parseNamePattern, type NamePattern } from './pictureName';

export interface DrawnCharacter {
  /** Absolute path. */
  readonly file: string;
  /** Who is seen, how, in what light. */
  readonly words: string;
}

export interface DrawOptions {
  /** How the files are called; its ending decides the format. `character_01.png` when left out. */
  readonly pattern?: string;
  /** Pixels; 768 by 960 when left out. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Draws portraits of made-up people into a folder: for trying an evaluation out before there are photographs, and free
 * of anybody's rights. The same picture every time; a file of that name with other content is left alone and refused.
 */
export async function drawCharacters(folder: string, count: number, options: DrawOptions = {}): Promise<Result<readonly DrawnCharacter[]>> {
  const pattern = parseNamePattern(options.pattern ?? 'character_01.png');
  if (!pattern.ok) return pattern;
  const drawn: DrawnCharacter[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (let number = 1; number <= count; number++) {
      const person = personAt(number - 1);
      const file = path.join(folder, nameOf(pattern.value, number));
      const kept = await keepOrWrite(file, await render(person, pattern.value, options));
      if (!kept.ok) return kept;
      drawn.push({ file, words: person.words });
    }
  } catch (error) {
    return fail(writeFailure(folder, error));
  }
  return ok(drawn);
}

async function render(person: Person, { extension }: NamePattern, { width = 768, height = 960 }: DrawOptions): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const picture = sharp(Buffer.from(portraitSvg(person, width, height)))
    .flatten({ background: person.room.wall })
    // The words travel with the picture, as a photograph's caption does.
    .withExif({ IFD0: { ImageDescription: person.words } });
  switch (extension) {
    case '.png':
      return picture.png({ compressionLevel: 9 }).toBuffer();
    case '.webp':
      return picture.webp({ quality: 95 }).toBuffer();
    default:
      return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  }
}

/** Behind the fifth, the same features meet anew. */
function personAt(index: number): Person {
  const round = Math.floor(index / people.length);
  const take = (offset: number): Person => people[(index + offset * round) % people.length] as Person;
  const base = take(0);
  if (round === 0) return base;
  const [haired, dressed, housed] = [take(1), take(2), take(3)];
  return {
    ...base,
    words: `Variation ${round} of: ${base.words}`,
    hairTones: haired.hairTones,
    brows: { ...base.brows, color: haired.brows.color },
    clothes: dressed.clothes,
    room: housed.room,
    light: { ...base.light, shadow: base.light.shadow === 'left' ? 'right' : 'left' },
    expression: dressed.expression,
    pose: { yaw: -base.pose.yaw, tilt: -base.pose.tilt },
  };
}

async function keepOrWrite(file: string, content: Buffer): Promise<Result<void>> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return ok(undefined);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (content.equals(await readFile(file))) return ok(undefined);
    return fail({
      code: 'picture-exists',
      message: `${path.basename(file)} exists already and is another picture.`,
      advice: 'Move it away or choose another folder; nothing was overwritten.',
      short: 'name taken',
    });
  }
}
