import type { ActionName } from './action';

/** An argument that may stand in a link's comment, for whoever writes one by hand. */
export interface ArgumentInfo {
  readonly name: string;
  /** One sentence, for completion. */
  readonly about: string;
  /** All there are, or where to look for some. */
  readonly values?: readonly string[] | ValueSource;
}

/** Values that the plan's own files hold: selectors of models, repositories, criteria, tasks' blocks. */
export type ValueSource = 'models' | 'repositories' | 'categories' | 'criteria';

/** What a link to an action may say, in the order in which a person thinks of it. */
export function argumentsOf(action: ActionName): readonly ArgumentInfo[] {
  return table[action];
}

const models: ArgumentInfo = { name: 'models', about: 'Which models, as a comma list of base, loras, all, category:NAME and name:TEXT; all when left out.', values: 'models' };
const repository: ArgumentInfo = { name: 'repository', about: 'The model on the Hub, as owner/name.', values: 'repositories' };
const block: ArgumentInfo = { name: 'block', about: 'Which shell block of the task, counted from 0.' };
const scope: ArgumentInfo = { name: 'scope', about: 'Whether only this task’s downloads are meant, or all of the plan.', values: ['task', 'all'] };
const repositories: ArgumentInfo = { name: 'repositories', about: 'Which models, as a comma list of owner/name; what the scope downloads when left out.', values: 'repositories' };
const criterion: ArgumentInfo = { name: 'criterion', about: 'Id of one criterion of evaluation.json; all when left out.', values: 'criteria' };
const pictureFolder: ArgumentInfo = { name: 'folder', about: 'Folder of the pictures, relative to the workspace; the evaluation’s when left out.' };
const document: ArgumentInfo = { name: 'file', about: 'The document, relative to the workspace.' };
const minimum: ArgumentInfo = { name: 'minimum', about: 'How many at least.' };
const maximum: ArgumentInfo = { name: 'maximum', about: 'How many at most.' };

const table: Readonly<Record<ActionName, readonly ArgumentInfo[]>> = {
  shell: [{ name: 'command', about: 'The command itself, in quotes.' }, block, { name: 'lines', about: 'Lines of that block, counted from 1: 1-3,5.' }],
  check: [
    { name: 'kind', about: 'What is compared: a program’s version, installed packages, or whether a command succeeds.', values: ['version', 'packages', 'command'] },
    { name: 'program', about: 'For kind=version: the program, such as python.' },
    { name: 'expected', about: 'For kind=version: the version, as far as it matters: 3.13.' },
    { name: 'command', about: 'For kind=packages and kind=command: what runs.' },
    block,
  ],
  directories: [{ name: 'path', about: 'The folder, relative to the workspace.' }, block],
  'directories.ignore': [{ name: 'folder', about: 'The folder whose outputs git is to leave alone, relative to the workspace.' }],
  survey: [{ name: 'url', about: 'A search of the Hub, as its address in a browser.' }],
  'survey.filter': [{ name: 'base', about: 'The base model that candidates have to fit, as owner/name.', values: 'repositories' }],
  'survey.review': [{ name: 'count', about: 'How many candidates a person goes through.' }],
  'survey.document': [document],
  card: [repository],
  relevance: [{ name: 'criterion', about: 'What is scored, such as quality.' }],
  select: [minimum, maximum],
  login: [{ name: 'required', about: 'Whether the step fails without a token.', values: ['true', 'false'] }],
  download: [
    repository,
    { name: 'category', about: 'Instead of a repository: the selected candidates of this category.', values: 'categories' },
    minimum,
    maximum,
    { name: 'revision', about: 'Branch, tag or commit; the newest when left out.' },
    { name: 'include', about: 'Only these files, as a comma list of patterns: *.safetensors.' },
    { name: 'exclude', about: 'Without these files, as a comma list of patterns.' },
  ],
  'download.verify': [scope, repositories],
  'download.note': [scope, repositories, { name: 'total', about: 'Whether the sum is written too.', values: ['true', 'false'] }],
  'pictures.select': [{ name: 'count', about: 'How many pictures at least.' }, pictureFolder],
  'pictures.check': [{ name: 'kind', about: 'Whether each picture is good, or whether they differ.', values: ['quality', 'variety'] }, pictureFolder],
  'pictures.import': [pictureFolder, { name: 'pattern', about: 'How they are named, with a number: test_01.jpg.' }],
  'pictures.document': [pictureFolder],
  script: [
    { name: 'file', about: 'The Python script, relative to the workspace.' },
    { name: 'part', about: 'What the step is about: writing it, one of its parts, or trying it.', values: ['create', 'loading', 'prompts', 'vram', 'errors', 'lora', 'loraPrompts', 'run'] },
  ],
  infer: [models],
  'infer.verify': [models],
  'infer.vram': [models],
  'infer.notes': [models],
  review: [models, criterion, { name: 'sample', about: 'Whether some outputs are enough.', values: ['true', 'false'] }],
  'review.examples': [document],
  analyze: [{ name: 'part', about: 'Which part of the analysis.', values: ['table', 'average', 'artifacts', 'vram', 'rank'] }, criterion],
  document: [document, { name: 'section', about: 'Which section is written.', values: ['title', 'survey', 'matrix', 'examples', 'performance', 'strengths', 'decision', 'findings', 'summary', 'progress'] }],
  options: [{ name: 'option', about: 'Letter of the option that is weighed.' }, document],
  decide: [{ name: 'part', about: 'What is written down.', values: ['approach', 'rationale', 'next', 'timeline'] }, document],
  commit: [],
  push: [],
  manual: [],
};
