import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { ReviewOutput } from '../../src/core/review/session';
import { makeGeneration } from '../unit/core/review/study';

export interface StudyOptions {
  readonly models: readonly string[];
  readonly pictures?: number;
  readonly edits?: readonly { readonly id: string; readonly kind: string; readonly prompt: string }[];
  readonly width?: number;
  readonly height?: number;
}

const angle = { id: 'left', kind: 'angle', prompt: 'Rotate the camera 45 degrees to the left, keep the person identical' };

/** Draws sources and outputs of a small study; each model fails in its own way. */
export async function drawStudy(folder: string, options: StudyOptions): Promise<readonly ReviewOutput[]> {
  const { models, pictures = 5, edits = [angle], width = 512, height = 640 } = options;
  const outputs: ReviewOutput[] = [];
  for (let picture = 0; picture < pictures; picture++) {
    const file = `mira-0${picture + 1}.png`;
    const source = await draw(path.join(folder, 'pictures', file), portrait(picture, 'source'), width, height);
    for (const edit of edits) {
      for (const [place, model] of models.entries()) {
        const outputPath = path.join(folder, 'results', model, `${picture}--${edit.id}.png`);
        const way = ways[place % ways.length] ?? 'good';
        const output = way === 'same' ? await copy(outputPath, source.bytes) : await draw(outputPath, portrait(picture, way), width, height, way === 'soft' ? 6 : 0);
        outputs.push({
          generation: makeGeneration(model, file, edit.id, {
            edit, picture: { file, sha256: source.sha256, width, height }, output: { file: `${model}.png`, sha256: output.sha256, width, height },
          }),
          outputPath,
          sourcePath: path.join(folder, 'pictures', file),
        });
      }
    }
  }
  return outputs;
}

const ways = ['good', 'same', 'hair', 'hand', 'soft', 'leaf'] as const;
type Way = (typeof ways)[number] | 'source';

async function draw(file: string, svg: string, width: number, height: number, blur = 0): Promise<{ sha256: string; bytes: Buffer }> {
  const image = sharp(Buffer.from(svg)).resize(width, height, { fit: 'fill' });
  return copy(file, await (blur > 0 ? image.blur(blur) : image).png({ compressionLevel: 1 }).withExif({ IFD0: { ImageDescription: file } }).toBuffer());
}

async function copy(file: string, bytes: Buffer): Promise<{ sha256: string; bytes: Buffer }> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes };
}

const people = [
  { hair: '#b85a2b', skin: '#f1c9a5', top: '#2f6468', wall: '#dcd3c0' },
  { hair: '#5c3b70', skin: '#e9bd99', top: '#d9a441', wall: '#bfd0db' },
  { hair: '#332822', skin: '#b87a52', top: '#b04a44', wall: '#c7d3cf' },
  { hair: '#e0b355', skin: '#f6d5b3', top: '#4c4f8f', wall: '#e6cfc2' },
  { hair: '#7a7f86', skin: '#e2b794', top: '#567a4c', wall: '#dad8c8' },
] as const;

function portrait(person: number, way: Way): string {
  const { hair, skin, top, wall } = people[person % people.length] ?? people[0];
  const colour = way === 'hair' ? '#2d3350' : hair;
  const turn = way === 'source' ? 0 : 14;
  const window = way === 'source' ? 222 : 66;
  const extra = {
    hand: '<g fill="#efc39c" stroke="#d39d72" stroke-width="2"><ellipse cx="92" cy="340" rx="34" ry="24"/><rect x="110" y="300" width="12" height="40" rx="6" transform="rotate(30 116 320)"/><rect x="120" y="316" width="12" height="44" rx="6" transform="rotate(70 126 338)"/></g><rect x="236" y="0" width="84" height="110" fill="#c9bda5" stroke="#a5977c" stroke-width="2"/>',
    leaf: '<path d="M236 330c30-30 60-26 76-10-24 24-52 26-76 10z" fill="#5e8b6b"/>',
  }[way as string] ?? '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 400"><rect width="320" height="400" fill="${wall}"/><path d="M0 292h320v108H0z" fill="#0002"/>
  <g transform="translate(${window - 222})"><path d="M222 190V92a43 43 0 0 1 86 0v98z" fill="#f4ecdc"/><path d="M229 183V93a36 36 0 0 1 72 0v90z" fill="#a8ccd9"/><circle cx="284" cy="98" r="9" fill="#f6e7b4"/></g>
  ${way === 'source' ? '<path d="M24 48h48l-6 36H30z" fill="#c6714c"/><path d="M34 50C14 58 8 78 12 100c14-8 22-26 22-50zM60 50c22 10 28 30 22 58-16-12-24-34-22-58z" fill="#5e8b6b"/>' : '<path d="M244 120h76v140h-76z" fill="#9a7148"/><path d="M252 130h60v36h-60zM252 178h60v36h-60z" fill="#6d4d2f"/><path d="M256 136h8v30h-8zM268 140h8v26h-8z" fill="#c9dcd9"/>'}
  <g transform="translate(${turn})"><path d="M92 250c-18-120 14-178 70-178s82 60 66 178z" fill="${colour}"/><path d="M40 400c6-80 40-118 120-118s114 38 120 118z" fill="${top}"/><rect x="134" y="236" width="52" height="46" rx="14" fill="${skin}"/><ellipse cx="${160 + turn / 2}" cy="186" rx="52" ry="66" fill="${skin}"/>
  <path d="M104 180c0-70 30-92 58-92s62 20 56 96c-10-40-40-62-66-62-22 0-42 22-48 58z" fill="${colour}"/>
  <g fill="none" stroke="#332c2c" stroke-width="3"><circle cx="${140 + turn}" cy="184" r="18"/><circle cx="${184 + turn}" cy="184" r="18"/><path d="M${158 + turn} 182h8"/></g><circle cx="${140 + turn}" cy="185" r="6" fill="#5d7d8c"/><circle cx="${184 + turn}" cy="185" r="6" fill="#5d7d8c"/><path d="M${142 + turn} 226q20 14 40 0" stroke="#a33f3a" stroke-width="4" fill="none"/></g>${extra}</svg>`;
}
