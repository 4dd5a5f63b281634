import { bytesText } from '../hub/bytesText';
import { readCard } from '../hub/cardText';
import { judgeCompatibility, type Compatibility } from '../hub/compatibility';
import type { HubConnection } from '../hub/connection';
import { hubFailure } from '../hub/hubError';
import { weightFacts, type WeightFacts } from '../hub/lora';
import { readModel, type ModelFacts } from '../hub/model';
import { readRemoteHeader } from '../hub/safetensorsHeader';
import { changeSurvey, readSurvey, surveyFile, withCandidate } from '../hub/surveyFile';
import { readTree, type RepositoryTree } from '../hub/tree';
import { failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import { markdownTable, plainText } from '../report/table';
import type { Action, ActionContext, ChooseOption } from './action';
import { repositoryNamed } from './repositoryNamed';

/** Shows a model card at a pinned commit beside what the weights say, and keeps the person's verdict. */
export const card: Action = {
  name: 'card',
  async run({ link }, context) {
    const hub = await context.hub();
    if (!hub.ok) return failed(hub.failure);
    const repository = await repositoryNamed(link.arguments.repository ?? '', hub.value, context);
    if (!repository.ok) return repository.failure;
    const read = await readFacts(repository.value, hub.value, context);
    if (!read.ok) return failed(read.failure);
    const { facts, tree, compatibility } = read.value;
    const stored = await changeSurvey(context.paths.planFolder, (survey) => withCandidate(survey, facts, { seen: true, size: sizeOf(tree), ...(compatibility ? { compatibility } : {}) }));
    if (!stored.ok) return failed(stored.failure);
    context.wrote(surveyFile(context.paths.planFolder));
    const markdown = await cardMarkdown(read.value, hub.value, context);
    await context.ask.look({ kind: 'card', planPath: context.paths.plan, repository: repository.value, title: repository.value, markdown });
    return judge(read.value, context);
  },
};

interface CardFacts {
  readonly facts: ModelFacts;
  readonly tree: RepositoryTree;
  /** Undefined while the survey names no base to compare with. */
  readonly compatibility: Compatibility | undefined;
}

async function readFacts(repository: string, connection: HubConnection, context: ActionContext): Promise<Result<CardFacts>> {
  const { signal } = context;
  context.progress({ message: `reading ${repository}` });
  const tree = await readTree(connection, repository, 'main', { signal });
  if (!tree.ok) return tree;
  let facts: ModelFacts;
  try {
    facts = { ...(await readModel(connection, repository, tree.value.commit, { signal })), revision: tree.value.commit };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, failure: hubFailure(error, { endpoint: connection.endpoint, repository }) };
  }
  const survey = await readSurvey(context.paths.planFolder);
  const base = survey.ok ? survey.value.base : undefined;
  const weights = await readWeights(tree.value, connection, context);
  return ok({ facts, tree: tree.value, compatibility: base === undefined ? undefined : judgeCompatibility(facts, base, weights) });
}

/** Of a single-file model or LoRA; a repository of many parts tells by its configuration, not by one shard. */
async function readWeights(tree: RepositoryTree, connection: HubConnection, { signal, log }: ActionContext): Promise<WeightFacts | undefined> {
  const file = tree.files.filter(({ path }) => /^[^/]+\.safetensors$/.test(path)).sort((left, right) => right.size - left.size)[0];
  if (!file) return undefined;
  try {
    return weightFacts(await readRemoteHeader(connection, tree, file, { signal }));
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`The header of ${tree.repository}/${file.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function cardMarkdown({ facts, tree, compatibility }: CardFacts, connection: HubConnection, { signal }: ActionContext): Promise<string> {
  const rows = [
    ['Commit', tree.commit.slice(0, 12)],
    ['Base', plainText(`${facts.baseModels.join(', ') || 'none named'}${facts.relation ? ` (${facts.relation})` : ''}`)],
    ['Licence', plainText(facts.license ?? 'none given')],
    ['Access', facts.gated ? `gated (${facts.gated})` : 'open'],
    ['Files', `${tree.files.length}, ${bytesText(sizeOf(tree))}`],
    ['Likes, downloads', `${facts.likes}, ${facts.downloads}`],
    ['Updated', facts.updatedAt.slice(0, 10)],
    ...(compatibility ? [['Compatible', plainText(`${compatibility.verdict}. ${compatibility.facts.join(' ')}`)]] : []),
  ];
  const text = await readCard(connection, facts.repository, tree.commit, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    const { message, advice } = hubFailure(error, { endpoint: connection.endpoint, repository: facts.repository });
    return `*The card cannot be read: ${message} ${advice}*`;
  });
  return [markdownTable(['Fact', 'Value'], rows), '', text].join('\n');
}

async function judge({ facts, compatibility }: CardFacts, { ask, paths, wrote }: ActionContext): Promise<Outcome> {
  const { repository } = facts;
  const title = `Verdict on ${repository}`;
  const suggested = compatibility?.verdict === 'other family' ? 'WRONG MODEL FAMILY' : undefined;
  const chosen = await ask.choose({ title, placeholder: compatibility?.facts[0] ?? '', options: verdicts.map((option) => ({ ...option, ...(option.id === suggested ? { picked: true } : {}) })) });
  const word = chosen?.[0];
  if (!verdicts.some(({ id }) => id === word) || word === undefined) return needsPerson(`The verdict on ${repository} is open.`);
  const answer = await ask.text({ title: `Reason for "${word}" on ${repository}`, prompt: 'A few words; they are written behind the step.', value: suggested === word ? (compatibility?.facts[0] ?? '') : '' });
  if (answer === undefined) return needsPerson(`The reason for the verdict on ${repository} is open.`);
  const reason = answer.replace(/\s+/g, ' ').trim();
  const kept = await changeSurvey(paths.planFolder, (survey) => withCandidate(survey, facts, { verdict: { word, reason } }));
  if (!kept.ok) return failed(kept.failure);
  wrote(surveyFile(paths.planFolder));
  const remark = reason ? `${word} (${reason})` : word;
  return { kind: 'done', summary: remark, remark };
}

const verdicts: readonly ChooseOption[] = [
  { id: 'VALIDATED', label: 'VALIDATED', description: 'does what the plan needs' },
  { id: 'PROMISING', label: 'PROMISING', description: 'worth a test' },
  { id: 'MISLEADING', label: 'MISLEADING', description: 'does something else than its name says' },
  { id: 'WRONG MODEL FAMILY', label: 'WRONG MODEL FAMILY', description: 'does not work on the base model' },
  { id: 'NOT RELEVANT', label: 'NOT RELEVANT', description: 'works, but is not needed here' },
];

function sizeOf({ files }: RepositoryTree): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
