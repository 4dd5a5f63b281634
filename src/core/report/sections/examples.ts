import type { Criterion } from '../../evaluation/evaluation';
import { examplesPerSide, pickExamples, type ExamplePicks } from '../../review/examplePicks';
import type { JudgedOutput } from '../../review/judgedOutput';
import type { Results } from '../results';
import { plainText } from '../table';
import { assetLink, type Asset } from './section';

/** What is shown: what a person picked, where it is still there; else by rule. */
export function examplePicks({ record, outputs, evaluation }: Results): ExamplePicks {
  const chosen = (ids: readonly string[]) => ids.flatMap((id) => outputs.find(({ generation }) => generation.id === id) ?? []);
  const picked = record.examples && { best: chosen(record.examples.best), worst: chosen(record.examples.worst) };
  return picked && picked.best.length + picked.worst.length > 0 ? picked : pickExamples(outputs, evaluation.criteria, examplesPerSide);
}

/** Small copies of what the examples show: sources and outputs. */
export function exampleAssets(results: Results): readonly Asset[] {
  const { best, worst } = examplePicks(results);
  const { evaluation, files } = results;
  const assets = [...best, ...worst].flatMap(({ generation }): readonly Asset[] => {
    const output = files.get(generation.id);
    return [
      { name: sourceAsset(generation.picture.file), picture: `${evaluation.pictures.folder}/${baseName(generation.picture.file)}` },
      ...(output === undefined ? [] : [{ name: outputAsset(generation.id), picture: `${evaluation.results}/${output}` }]),
    ];
  });
  return [...new Map(assets.map((asset) => [asset.name, asset])).values()];
}

/**
 * Best and worst outputs beside their sources, with prompt and scores below.
 * @param has whether there is a small copy of that name; pictures that are gone are said to be
 */
export function examplesMarkdown(results: Results, change: string, has: (asset: string) => boolean): string {
  const { best, worst } = examplePicks(results);
  if (best.length + worst.length === 0) return 'Nothing is rated yet, so there is no best and no worst.';
  const side = (title: string, outputs: readonly JudgedOutput[]): readonly string[] =>
    outputs.length === 0 ? [] : [`### ${title}`, ...outputs.map((output) => exampleMarkdown(output, results, change, has))];
  const rule = results.record.examples ? 'Picked by a person from the rated outputs.' : 'Picked by the highest and lowest overall scores.';
  return [...side('Best', best), ...side('Worst', worst), rule].join('\n\n');
}

function exampleMarkdown({ generation, answers, failureModes, notes }: JudgedOutput, { evaluation }: Results, change: string, has: (asset: string) => boolean): string {
  const picture = (text: string, asset: string): string => (has(asset) ? `![${plainText(text)}](${assetLink(change, asset)})` : `(${plainText(text)}: picture is gone)`);
  const scores = evaluation.criteria.flatMap((criterion) => {
    const answer = answers[criterion.id];
    return answer === undefined ? [] : [answerText(criterion, answer)];
  });
  const model = evaluation.models.find(({ id }) => id === generation.modelId)?.title ?? generation.modelId;
  const source = baseName(generation.picture.file);
  const said = notes.map((note) => `, “${note}”`).join('');
  return [
    `${picture(`Source ${source}`, sourceAsset(generation.picture.file))} ${picture(`${source} edited by ${model}: ${generation.edit.prompt}`, outputAsset(generation.id))}`,
    '',
    `**${plainText(model)}** on ${plainText(source)}, ${plainText(generation.edit.kind)}: "${plainText(generation.edit.prompt)}", seed ${generation.seed}. ${plainText(sentence([...scores, ...failureModes].join(', ')) + said)}`,
  ].join('\n');
}

function answerText({ label, kind }: Criterion, answer: number): string {
  if (kind === 'yesNo' && (answer === 0 || answer === 1)) return `${label.toLowerCase()}: ${answer === 1 ? 'yes' : 'no'}`;
  return `${label.toLowerCase()} ${Number(answer.toFixed(1))}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sourceAsset(picture: string): string {
  return assetName(`source-${baseName(picture).replace(/\.[^.]*$/, '')}`);
}

function outputAsset(generationId: string): string {
  return assetName(generationId.replaceAll('/', '--'));
}

function assetName(name: string): string {
  return `${name.replace(/[^\w.-]+/g, '-')}.jpg`;
}

function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}
