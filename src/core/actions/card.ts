import { bytesText } from '../hub/bytesText';
import { splitCard } from '../hub/cardReading';
import { claimsOf } from '../hub/claims';
import type { Compatibility } from '../hub/compatibility';
import type { HubConnection } from '../hub/connection';
import type { Warning } from '../hub/contradictions';
import { gatherEvidence, type Evidence } from '../hub/evidence';
import { candidateOf } from '../hub/evidenceSummary';
import { changeSurvey, readSurvey, surveyFile, withCandidate, type Candidate } from '../hub/surveyFile';
import { verdictText, verdictWords, type Verdict } from '../hub/verdict';
import { failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import { markdownTable, plainText } from '../report/table';
import type { Action, ActionContext } from './action';
import { expectationsOf } from './planExpectations';
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
    const { evidence, change } = read.value;
    const stored = await changeSurvey(context.paths.planFolder, (survey) => withCandidate(survey, evidence.facts, { seen: true, ...change }));
    if (!stored.ok) return failed(stored.failure);
    context.wrote(surveyFile(context.paths.planFolder));
    const markdown = cardMarkdown(read.value);
    const before = stored.value.candidates.find((candidate) => candidate.repository === repository.value)?.verdict;
    const looked = await context.ask.look({ kind: 'card', planPath: context.paths.plan, repository: repository.value, title: repository.value, markdown });
    const given = looked === undefined ? undefined : await verdictGiven(repository.value, context);
    if (given && (looked || JSON.stringify(given) !== JSON.stringify(before))) return { kind: 'done', summary: verdictText(given), remark: verdictText(given) };
    return looked === false ? needsPerson(`The verdict on ${repository.value} is open.`) : judge(read.value, context);
  },
};

interface CardFacts {
  readonly evidence: Evidence;
  readonly warnings: readonly Warning[];
  /** Undefined while the survey names no base to compare with. */
  readonly compatibility: Compatibility | undefined;
  readonly change: Partial<Candidate>;
}

async function readFacts(repository: string, connection: HubConnection, context: ActionContext): Promise<Result<CardFacts>> {
  const { signal, log } = context;
  context.progress({ message: `reading ${repository}` });
  const survey = await readSurvey(context.paths.planFolder);
  const known = survey.ok ? survey.value.candidates.find((candidate) => candidate.repository === repository) : undefined;
  const evidence = await gatherEvidence(connection, repository, undefined, { signal });
  if (!evidence.ok) return evidence;
  if (evidence.value.unread) log.warn(`${repository}: ${evidence.value.unread}`);
  const change = candidateOf(evidence.value, survey.ok ? survey.value.base : undefined, expectationsOf(context.plan, known ?? { repository }));
  return ok({ evidence: evidence.value, warnings: change.evidence?.warnings ?? [], compatibility: change.compatibility, change });
}

function cardMarkdown({ evidence, warnings, compatibility }: CardFacts): string {
  const { facts, tree, markdown, unread } = evidence;
  const rows = [
    ['Commit', tree.commit.slice(0, 12)],
    ['Base', plainText(`${facts.baseModels.join(', ') || 'none named'}${facts.relation ? ` (${facts.relation})` : ''}`)],
    ['Licence', plainText(facts.license ?? 'none given')],
    ['Access', facts.gated ? `gated (${facts.gated})` : 'open'],
    ['Files', `${tree.files.length}, ${bytesText(tree.files.reduce((sum, { size }) => sum + size, 0))}`],
    ['Likes, downloads', `${facts.likes}, ${facts.downloads}`],
    ['Updated', facts.updatedAt.slice(0, 10)],
    ...(compatibility ? [['Compatible', plainText(`${compatibility.verdict}. ${compatibility.facts.join(' ')}`)]] : []),
  ];
  const claims = claimsOf(evidence).filter(({ card: said, files }) => said !== undefined || files !== undefined);
  return [
    ...warnings.map(({ severity, text }) => `> **${severity === 'error' ? 'Does not fit' : 'Look twice'}:** ${plainText(text)}\n`),
    markdownTable(['Fact', 'Value'], rows),
    '',
    markdownTable(['Claim', 'Card says', 'Files say', ''], claims.map(({ subject, card: said, files, sign }) => [subject, plainText(said ?? 'not said'), plainText(files ?? 'not told'), sign])),
    '',
    ...(unread ? [`*Not read: ${plainText(unread)}*`, ''] : []),
    markdown === undefined ? '*There is no card to read.*' : splitCard(markdown).body.trim(),
  ].join('\n');
}

/** Where the card was shown beside the list, the verdict was given there. */
async function verdictGiven(repository: string, { paths }: ActionContext): Promise<Verdict | undefined> {
  const survey = await readSurvey(paths.planFolder);
  return survey.ok ? survey.value.candidates.find((candidate) => candidate.repository === repository)?.verdict : undefined;
}

async function judge({ evidence, warnings }: CardFacts, { ask, paths, wrote }: ActionContext): Promise<Outcome> {
  const { facts } = evidence;
  const { repository } = facts;
  const title = `Verdict on ${repository}`;
  const [first] = warnings;
  const suggested = first?.severity === 'error' ? 'WRONG MODEL FAMILY' : first?.short.startsWith('card: ') ? 'MISLEADING' : undefined;
  const chosen = await ask.choose({ title, placeholder: first?.text ?? '', options: verdictWords.map(({ word, means }) => ({ id: word, label: word, description: means, ...(word === suggested ? { picked: true } : {}) })) });
  const word = verdictWords.find((one) => one.word === chosen?.[0])?.word;
  if (word === undefined) return needsPerson(`The verdict on ${repository} is open.`);
  const answer = await ask.text({ title: `Reason for "${word}" on ${repository}`, prompt: 'A few words; they are written behind the step.', value: suggested === word ? (first?.short ?? '') : '' });
  if (answer === undefined) return needsPerson(`The reason for the verdict on ${repository} is open.`);
  const verdict = { word, reason: answer.replace(/\s+/g, ' ').trim() };
  const kept = await changeSurvey(paths.planFolder, (survey) => withCandidate(survey, facts, { verdict }));
  if (!kept.ok) return failed(kept.failure);
  wrote(surveyFile(paths.planFolder));
  return { kind: 'done', summary: verdictText(verdict), remark: verdictText(verdict) };
}
