import { createHash } from 'node:crypto';
import path from 'node:path';
import type { RunSettings } from '../../core/actions/action';
import { ownExtension, safeStem } from '../../core/images/importPictures';
import { mendsFor, type Mend } from '../../core/images/mendPicture';
import type { BoardPicture } from '../../core/images/pictureBoard';
import { nameOf, numberOf, type NamePattern } from '../../core/images/pictureName';
import { exposureLimits, formatText, litAlike, nearDuplicates, percent, sizeText, type JudgedPicture } from '../../core/images/quality';
import type { Result } from '../../core/outcome';
import type { Check, PictureCard, PicturesState } from '../../webviews/pictures/contract';

export interface LookedAt {
  readonly picture: BoardPicture;
  readonly judged: Result<JudgedPicture>;
}

export interface PicturesView {
  readonly plan: string;
  readonly folder: string;
  readonly wanted: number | undefined;
  readonly pattern: NamePattern | undefined;
  readonly settings: Pick<RunSettings, 'minimumPictureSide' | 'minimumSharpness'>;
  readonly canUndo: boolean;
}

/** Everything that the panel shows, from what was measured. */
export function picturesState(all: readonly LookedAt[], view: PicturesView): PicturesState {
  const { plan, folder, wanted, pattern, canUndo } = view;
  const readable = all.flatMap(({ judged }) => (judged.ok ? [judged.value] : []));
  const alike = twinsOf(readable);
  const names = namesToCome(all, pattern);
  return {
    plan, folder, wanted, canUndo,
    pattern: pattern && nameOf(pattern, 1),
    misnamed: pattern ? all.filter(({ picture }) => picture.inFolder && numberOf(pattern, path.basename(picture.file)) === undefined).length : 0,
    pictures: all.map((one) => cardOf(one, names.get(one.picture.file), alike.get(one.picture.file), view)),
    variety: varietyOf(readable),
  };
}

export function idOf(file: string): string {
  return createHash('sha256').update(file).digest('hex').slice(0, 16);
}

function cardOf({ picture, judged }: LookedAt, becomes: string | undefined, twin: Twin | undefined, { settings }: PicturesView): PictureCard {
  const common = { id: idOf(picture.file), name: path.basename(picture.file), becomes, words: picture.words ?? '' };
  if (!judged.ok) return { ...common, facts: '', checks: [], notes: [], mends: [], unreadable: `${judged.failure.message} ${judged.failure.advice}` };
  const { value } = judged;
  return {
    ...common,
    facts: `${sizeText(value.picture)} · ${formatText(value.picture)}`,
    checks: [...checksOf(value, settings), likenessOf(twin)],
    notes: notesOf(value, picture.inFolder),
    mends: mendsFor(value).filter((mend) => mend !== 'bare' || picture.inFolder).map((id) => ({ id, label: mendLabel(id, value) })),
    unreadable: undefined,
  };
}

function checksOf({ picture, measures, faults }: JudgedPicture, { minimumPictureSide, minimumSharpness }: PicturesView['settings']): readonly Check[] {
  const { darkest, brightest, clipped } = exposureLimits;
  const passes = (...kinds: readonly (typeof faults)[number]['kind'][]): boolean => !faults.some(({ kind }) => kinds.includes(kind));
  return [
    { label: 'Shorter side', value: `${Math.min(picture.width, picture.height)} px`, wanted: `at least ${minimumPictureSide}`, passes: passes('size') },
    { label: 'Sharpness', value: String(Math.round(measures.sharpness)), wanted: `at least ${minimumSharpness}`, passes: passes('sharpness') },
    { label: 'Brightness', value: String(Math.round(measures.brightness)), wanted: `${darkest} to ${brightest}`, passes: passes('dark', 'bright') },
    { label: 'Clipped', value: percent(Math.max(measures.clippedDark, measures.clippedBright)), wanted: `at most ${percent(clipped)}`, passes: passes('clipped') },
    ...(passes('frames') ? [] : [{ label: 'Frames', value: String(picture.pages), wanted: '1', passes: false }]),
  ];
}

function likenessOf(twin: Twin | undefined): Check {
  return { label: 'New to the set', value: twin ? `like ${twin.name}` : 'yes', wanted: twin ? `${twin.bits} of 64 bits differ` : '', passes: !twin };
}

interface Twin {
  readonly name: string;
  readonly bits: number;
}

/** Of two that are nearly the same the later one is too many. */
function twinsOf(readable: readonly JudgedPicture[]): ReadonlyMap<string, Twin> {
  return new Map(nearDuplicates(readable).toReversed().map(({ pictures: [first, second], bits }) => [second.picture.file, { name: first.name, bits }]));
}

function notesOf({ picture }: JudgedPicture, inFolder: boolean): readonly string[] {
  const carried = picture.metadata ? ['carries metadata, in which a place can stand'] : [];
  if (inFolder) return carried;
  return [
    ...(picture.metadata ? ['metadata is dropped in the copy'] : []),
    ...(picture.orientation === 1 ? [] : ['turned upright in the copy']),
    ...(picture.space === 'srgb' || picture.space === 'b-w' ? [] : [`${picture.space} becomes sRGB in the copy`]),
  ];
}

function mendLabel(mend: Mend, { faults }: JudgedPicture): string {
  switch (mend) {
    case 'light':
      return faults.some(({ kind }) => kind === 'dark') ? 'Brighten' : 'Darken';
    case 'frame':
      return 'Take First Frame';
    case 'bare':
      return 'Drop Metadata';
  }
}

/** Names as the import will give them: the next free numbers, or the pictures' own names. */
function namesToCome(all: readonly LookedAt[], pattern: NamePattern | undefined): ReadonlyMap<string, string> {
  const taken = new Set(all.flatMap(({ picture }) => (picture.inFolder ? [path.basename(picture.file)] : [])));
  const names = new Map<string, string>();
  const waiting = all.filter(({ picture }) => !picture.inFolder);
  for (const [index, { picture }] of waiting.entries()) {
    const stem = safeStem(path.basename(picture.file, path.extname(picture.file)));
    let number = index + 1;
    const next = (): string => (pattern ? nameOf(pattern, number) : `${stem}${number === index + 1 ? '' : `-${number - index}`}${ownExtension(picture.file)}`);
    while (taken.has(next())) number += 1;
    taken.add(next());
    names.set(picture.file, next());
  }
  return names;
}

function varietyOf(readable: readonly JudgedPicture[]): PicturesState['variety'] {
  if (readable.length < 2) return { text: '', alike: false };
  const brightness = readable.map(({ measures }) => Math.round(measures.brightness));
  const spread = `brightness ${Math.min(...brightness)} to ${Math.max(...brightness)}`;
  const alike = litAlike(readable);
  return { text: alike ? `All are lit alike (${spread}): one in another light tells more` : `They differ in light: ${spread}`, alike };
}
