import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { insideWorkspace } from '../evaluation/workspacePath';
import { fail, ok, type Result } from '../outcome';
import type { Criterion } from '../evaluation/evaluation';
import type { ExamplePicks } from '../review/examplePicks';
import type { JudgedOutput } from '../review/judgedOutput';
import { writeFailure } from './replaceFile';
import type { Results } from './resultsSections';
import { plainText } from './table';

export interface ExamplesPlace {
  /** Document relative to the workspace. */
  readonly file: string;
  readonly change: string;
  readonly workspace: string;
  wrote(path: string): void;
}

/** Best and worst outputs beside their sources, as small JPEGs in `assets/CHANGE/` next to the document. */
export async function examplesMarkdown(results: Results, { best, worst }: ExamplePicks, place: ExamplesPlace): Promise<Result<string>> {
  if (best.length + worst.length === 0) return ok('Nothing is rated yet, so there is no best and no worst.');
  const parts: string[] = [];
  for (const [title, outputs] of [['Best', best], ['Worst', worst]] as const) {
    if (outputs.length === 0) continue;
    parts.push(`### ${title}`);
    for (const output of outputs) {
      const shown = await exampleMarkdown(output, results, place);
      if (!shown.ok) return shown;
      parts.push(shown.value);
    }
  }
  return ok([...parts, rule].join('\n\n'));
}

const rule = 'Picked by the highest and lowest overall scores; what a person chose instead holds.';

async function exampleMarkdown(output: JudgedOutput, { evaluation, pictures }: Results, place: ExamplesPlace): Promise<Result<string>> {
  const { generation } = output;
  const source = await smallPicture(path.join(place.workspace, evaluation.pictures.folder, path.basename(generation.picture.file)), `source-${path.parse(generation.picture.file).name}`, place);
  if (!source.ok) return source;
  const edited = await smallPicture(pictures.get(generation.id) ?? '', generation.id.replaceAll('/', '--'), place);
  if (!edited.ok) return edited;
  const scores = evaluation.criteria.flatMap((criterion) => {
    const answer = output.answers[criterion.id];
    return answer === undefined ? [] : [answerText(criterion, answer)];
  });
  const model = evaluation.models.find(({ id }) => id === generation.modelId)?.title ?? generation.modelId;
  return ok(
    [
      `${picture('Source', source.value)} ${picture(`Edited by ${model}`, edited.value)}`,
      '',
      `**${plainText(model)}**, "${plainText(generation.edit.prompt)}", seed ${generation.seed}: ${plainText([...scores, ...output.failureModes].join(', '))}`,
    ].join('\n'),
  );
}

function answerText({ label, kind }: Criterion, answer: number): string {
  if (kind === 'yesNo' && (answer === 0 || answer === 1)) return `${label.toLowerCase()}: ${answer === 1 ? 'yes' : 'no'}`;
  return `${label.toLowerCase()} ${Number(answer.toFixed(1))}`;
}

function picture(text: string, link: string | undefined): string {
  return link === undefined ? `(${text.toLowerCase()}: picture is gone)` : `![${plainText(text)}](${link})`;
}

const side = 384;

/** Link to a small copy, made when it is missing or older than its picture; `undefined` when the picture is gone. */
async function smallPicture(from: string, name: string, { file, change, workspace, wrote }: ExamplesPlace): Promise<Result<string | undefined>> {
  const asset = path.join(path.dirname(file), 'assets', change, `${name.replace(/[^\w.-]+/g, '-')}.jpg`);
  const inside = await insideWorkspace(workspace, asset);
  if (!inside.ok) return inside;
  const [original, copy] = await Promise.all([from, inside.value].map((one) => stat(one).catch(() => undefined)));
  const link = ['assets', change, path.basename(asset)].map(encodeURIComponent).join('/');
  if (!original?.isFile()) return ok(copy ? link : undefined);
  if (copy && copy.mtimeMs >= original.mtimeMs) return ok(link);
  try {
    const { default: sharp } = await import('sharp');
    await mkdir(path.dirname(inside.value), { recursive: true });
    await sharp(from).rotate().resize(side, side, { fit: 'inside', withoutEnlargement: true }).flatten({ background: '#ffffff' }).jpeg({ quality: 82 }).toFile(inside.value);
    wrote(inside.value);
    return ok(link);
  } catch (error) {
    return fail(writeFailure(inside.value, error));
  }
}
