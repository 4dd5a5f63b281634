import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../../core/actions/action';
import { expectationsOf } from '../../core/actions/planExpectations';
import { surveyWishes } from '../../core/actions/surveySlots';
import { freeBytes } from '../../core/hub/cacheDisk';
import type { HubConnection } from '../../core/hub/connection';
import { gatherEvidence, type Evidence } from '../../core/hub/evidence';
import { candidateOf } from '../../core/hub/evidenceSummary';
import { readCandidates } from '../../core/hub/readCandidates';
import { changeSurvey, readSurvey, withCandidate, type Candidate, type Survey } from '../../core/hub/surveyFile';
import { verdictText } from '../../core/hub/verdict';
import { fail, type Result } from '../../core/outcome';
import { stepAddress } from '../../core/plan/address';
import type { Plan } from '../../core/plan/plan';
import type { PlanEdit } from '../../core/plan/planStore';
import type { HostMessage, SurveyRow, SurveyState, WebviewMessage } from '../../webviews/survey/contract';
import { changedBy, type SurveyChange } from './surveyChange';
import { cardStep, detailsOf, planLineText } from './surveyDetails';
import type { CardPictures } from './surveyPictures';
import { surveyState, SurveyRows, totalsOf, type SurveyView } from './surveyState';

export interface SurveyInput {
  readonly planPath: string;
  readonly page: SurveyState['page'];
  readonly signal: AbortSignal;
}

/** What the model needs of the editor; a test gives its own. */
export interface SurveyHost {
  readonly log: Logger;
  readonly pictures: CardPictures;
  now(): Date;
  post(message: HostMessage): void;
  plan(): Promise<Result<Plan>>;
  editPlan(edits: readonly PlanEdit[]): Promise<Result<unknown>>;
  hub(): Promise<Result<HubConnection>>;
  askReason(title: string): Promise<string | undefined>;
  /** An empty id means none. */
  pickCategory(title: string, categories: readonly string[]): Promise<string | undefined>;
  openExternal(address: string): void;
  openDocument(file: string): void;
  /** Takes prompts and trigger words over into `evaluation.json`; says what came of it. */
  keepExamples(repository: string, prompts: readonly string[], triggers: readonly string[]): Promise<Result<string>>;
  /** Asks the Hub again, as the plan's survey steps did. */
  refresh(): Promise<Result<unknown>>;
  /** Whether a step waits for the verdict on this one, and writes it into the plan itself. */
  awaits(repository: string): boolean;
  judged(repository: string): void;
  done(): void;
}

/**
 * The survey behind the panel. The truth is `survey.json`; a change is shown at once and written behind it, together with
 * those that came meanwhile, so that keys are as fast on thousands of candidates as on ten.
 */
export class SurveyModel {
  private survey: Survey = { version: 1, fetchedAt: '', candidates: [] };
  private plan: Plan | undefined;
  private cached: ReadonlySet<string> = new Set();
  private free: number | undefined;
  private unreachable = false;
  private wanted: string | undefined;
  private readonly rows = new SurveyRows();
  private posted: ReadonlySet<SurveyRow> = new Set();
  private readonly undos: Survey[] = [];
  private readonly unwritten: ((survey: Survey) => Survey)[] = [];
  private writing: Promise<void> | undefined;
  private reading: Promise<void> | undefined;
  private readonly evidence = new Map<string, Evidence>();

  constructor(
    private readonly input: SurveyInput,
    private readonly host: SurveyHost,
  ) {}

  /** Reads the files and shows all of it; again whenever somebody else changed them. */
  async load(): Promise<void> {
    await this.settled();
    const [survey, plan, hub] = await Promise.all([readSurvey(this.folder), this.host.plan(), this.host.hub()]);
    if (hub.ok) {
      this.cached = await cachedRepositories(hub.value.cacheFolder);
      this.free = await freeBytes(hub.value.cacheFolder);
      this.unreachable ||= hub.value.offline;
    }
    if (!survey.ok && survey.failure.code !== 'no-survey') return this.say(`${survey.failure.message} ${survey.failure.advice}`, 'error');
    if (!plan.ok) return this.say(`${plan.failure.message} ${plan.failure.advice}`, 'error');
    if (survey.ok) this.survey = survey.value;
    this.plan = plan.value;
    const state = surveyState(this.survey, plan.value, this.view(), this.rows.of(this.survey, this.cached));
    this.posted = new Set(state.rows);
    this.host.post({ kind: 'state', state });
    if (this.wanted !== undefined && this.survey.candidates.some(({ repository }) => repository === this.wanted)) {
      this.host.post({ kind: 'open', repository: this.wanted });
      this.wanted = undefined;
    }
    if (hub.ok && !hub.value.offline) this.reading ??= this.readOn(hub.value).finally(() => (this.reading = undefined));
  }

  /** Cards and headers that nobody read yet, behind the person's back; each shows as it arrives. */
  private async readOn(connection: HubConnection): Promise<void> {
    const { signal } = this.input;
    try {
      await readCandidates(this.survey, {
        connection,
        most: mostRead,
        options: { signal, onWait: (seconds) => seconds >= 1 && this.host.post({ kind: 'busy', text: `The Hub asks to wait ${Math.ceil(seconds)} s` }) },
        expectations: (candidate) => (this.plan ? expectationsOf(this.plan, candidate) : []),
        found: (evidence, change) => {
          this.remember(evidence);
          this.apply(change);
          this.show();
        },
      });
    } catch (error) {
      if (!signal.aborted) this.host.log.warn(`Reading cards stopped: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      if (!signal.aborted) this.host.post({ kind: 'busy', text: undefined });
    }
  }

  /** Shows one candidate's card, as soon as the page can. */
  open(repository: string): void {
    this.wanted = repository;
    if (this.plan) this.host.post({ kind: 'open', repository });
  }

  /** After the file changed: shows it again, unless what is in it is what was just written. */
  async reread(): Promise<void> {
    await this.settled();
    const read = await readSurvey(this.folder);
    if (read.ok && JSON.stringify(read.value) !== JSON.stringify(this.survey)) await this.load();
  }

  /** Resolves when everything that was changed so far lies in the file. */
  async settled(): Promise<void> {
    while (this.writing) await this.writing;
  }

  async handle(message: WebviewMessage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        return this.load();
      case 'score':
      case 'select':
      case 'include':
      case 'place':
      case 'weight':
        return this.change(message);
      case 'exclude':
      case 'category':
        return this.ask(message);
      case 'verdict':
        return this.judge(message);
      case 'undo':
        return this.undo();
      case 'details':
        return this.details(message.repository);
      case 'picture':
        return this.picture(message.repository, message.address);
      case 'link':
        return this.link(message.repository, message.address);
      case 'examples':
        return this.examples(message.repository);
      case 'refresh':
        return this.refresh();
      case 'document':
        return this.host.openDocument(path.join(this.folder, documentName));
      case 'done':
        await this.settled();
        return this.host.done();
    }
  }

  private get folder(): string {
    return path.dirname(this.input.planPath);
  }

  private view(): SurveyView {
    return { planPath: this.input.planPath, page: this.input.page, document: documentName, now: this.host.now(), cached: this.cached, free: this.free, canUndo: this.undos.length > 0, unreachable: this.unreachable };
  }

  private change(message: SurveyChange, answer?: string): void {
    const before = this.survey;
    const change = (survey: Survey): Survey => changedBy(survey, message, answer);
    this.apply(change);
    if (this.survey !== before) {
      this.undos.push(before);
      if (this.undos.length > mostUndos) this.undos.shift();
    }
    this.show();
  }

  /** Shown now, written soon. */
  private apply(change: (survey: Survey) => Survey): void {
    this.survey = change(this.survey);
    this.unwritten.push(change);
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  private async write(): Promise<void> {
    while (this.unwritten.length > 0) {
      const changes = this.unwritten.splice(0);
      const written = await changeSurvey(this.folder, (survey) => changes.reduce((now, change) => change(now), survey));
      if (written.ok) continue;
      this.say(`Not saved: ${written.failure.message} ${written.failure.advice}`, 'error');
      const read = await readSurvey(this.folder);
      if (read.ok) this.survey = read.value;
      this.undos.length = 0;
      this.show();
    }
  }

  /** Posts the rows that are not as they were last posted. */
  private show(): void {
    if (!this.plan) return;
    const rows = this.rows.of(this.survey, this.cached);
    const changed = rows.filter((row) => !this.posted.has(row));
    this.posted = new Set(rows);
    this.host.post({ kind: 'rows', rows: changed, totals: totalsOf(this.survey, this.plan, this.view()) });
  }

  private async ask(message: Extract<SurveyChange, { kind: 'exclude' | 'category' }>): Promise<void> {
    const [first = ''] = message.repositories;
    const who = message.repositories.length === 1 ? first : `${message.repositories.length} models`;
    const answer = message.kind === 'exclude' ? await this.host.askReason(`Why is ${who} left out?`) : await this.host.pickCategory(`What is ${who} for?`, this.categories());
    if (answer !== undefined) this.change(message, answer);
  }

  private categories(): readonly string[] {
    const asked = this.plan ? surveyWishes(this.plan).slots.flatMap(({ category }) => category ?? []) : [];
    return [...new Set([...asked, 'angles', 'identity', 'lighting', 'reference'])];
  }

  private undo(): void {
    const before = this.undos.pop();
    if (!before) return this.say('There is nothing to take back.', 'info');
    const known = new Map(before.candidates.map((candidate) => [candidate.repository, candidate]));
    const weights = before.weights;
    this.apply((survey) => {
      const candidates = survey.candidates.map((candidate) => withOpinions(candidate, known.get(candidate.repository)));
      const { weights: _old, ...rest } = survey;
      return { ...rest, ...(weights ? { weights } : {}), candidates };
    });
    this.show();
    this.say('Taken back.', 'info');
  }

  /** Kept in `survey.json`, and written behind the step of the plan that reads this card. */
  private async judge(message: Extract<SurveyChange, { kind: 'verdict' }>): Promise<void> {
    const verdict = { word: message.word, reason: message.reason.replace(/\s+/g, ' ').trim() };
    this.change({ ...message, ...verdict });
    await this.settled();
    if (this.host.awaits(message.repository)) {
      this.say(`${verdictText(verdict)} goes behind the step that asked.`, 'info');
      return this.host.judged(message.repository);
    }
    const step = this.plan && cardStep(this.plan, message.repository);
    if (!step) return this.say(`${verdictText(verdict)} is kept; no step of the plan reads this card.`, 'info');
    const address = stepAddress(step);
    const edited = await this.host.editPlan([{ kind: 'mark', step: address, state: 'done' }, { kind: 'remark', step: address, text: verdictText(verdict) }]);
    if (!edited.ok) return this.say(`Kept in survey.json, but not written to the plan: ${edited.failure.message}`, 'error');
    const plan = await this.host.plan();
    if (plan.ok) this.plan = plan.value;
    this.say(`Written to ${planLineText(this.input.planPath, step) ?? 'the plan'}: ${verdictText(verdict)}`, 'info');
  }

  private async details(repository: string): Promise<void> {
    const evidence = await this.evidenceOf(repository);
    const known = this.survey.candidates.find((candidate) => candidate.repository === repository);
    if (!evidence.ok) return this.host.post({ kind: 'details', repository, details: { failure: `${evidence.failure.message} ${evidence.failure.advice}` } });
    const found = candidateOf(evidence.value, this.survey.base, this.plan ? expectationsOf(this.plan, known ?? { repository }) : []);
    if (JSON.stringify(known?.evidence) !== JSON.stringify(found.evidence) || JSON.stringify(known?.compatibility) !== JSON.stringify(found.compatibility)) {
      // What the list showed stays pinned to the commit that was read.
      this.apply((survey) => withCandidate(survey, evidence.value.facts, found));
      this.show();
    }
    const step = this.plan && cardStep(this.plan, repository);
    this.host.post({ kind: 'details', repository, details: detailsOf(evidence.value, found.evidence?.warnings ?? [], planLineText(this.input.planPath, step)) });
  }

  private async evidenceOf(repository: string): Promise<Result<Evidence>> {
    const known = this.evidence.get(repository);
    if (known) return { ok: true, value: known };
    const hub = await this.host.hub();
    if (!hub.ok) return hub;
    if (hub.value.offline) return fail({ code: 'offline', message: 'The card cannot be read while HF_HUB_OFFLINE is set.', advice: 'Unset it, then open the details again.', short: 'offline' });
    // A card that was judged stays pinned to its commit.
    const candidate = this.survey.candidates.find((one) => one.repository === repository);
    const pinned = candidate?.verdict ? candidate.revision || undefined : undefined;
    const found = await gatherEvidence(hub.value, repository, pinned, { signal: this.input.signal, onWait: (seconds) => seconds >= 1 && this.say(`The Hub asks to wait ${Math.ceil(seconds)} s.`, 'info') });
    if (found.ok) this.remember(found.value);
    return found;
  }

  private remember(evidence: Evidence): void {
    this.evidence.set(evidence.facts.repository, evidence);
    if (this.evidence.size > mostEvidence) this.evidence.delete([...this.evidence.keys()][0] ?? '');
  }

  private async picture(repository: string, address: string): Promise<void> {
    const hub = await this.host.hub();
    const candidate = this.survey.candidates.find((one) => one.repository === repository);
    const revision = this.evidence.get(repository)?.facts.revision ?? candidate?.evidence?.revision ?? candidate?.revision ?? '';
    const bytes = hub.ok && candidate ? await this.host.pictures.picture(hub.value, repository, revision, address) : undefined;
    this.host.post({ kind: 'picture', repository, address, ...(bytes ? { bytes } : {}) });
  }

  /** The editor itself asks before it opens an address that the person does not trust. */
  private async link(repository: string, address: string): Promise<void> {
    const hub = await this.host.hub();
    if (!hub.ok || !this.survey.candidates.some((one) => one.repository === repository)) return;
    const page = `${hub.value.endpoint}/${repository}`;
    if (address.trim() === '' || address.startsWith('/tree/')) return this.host.openExternal(`${page}${address.trim()}`);
    const whole = /^(?:https?:|mailto:)/i.test(address) ? address : /^[a-z][a-z+.-]*:/i.test(address) ? undefined : `${page}/blob/main/${address.replace(/^(?:\.?\/)+/, '')}`;
    if (whole !== undefined && URL.canParse(whole)) this.host.openExternal(new URL(whole).href);
  }

  private async examples(repository: string): Promise<void> {
    const evidence = await this.evidenceOf(repository);
    if (!evidence.ok) return this.say(evidence.failure.message, 'error');
    const { prompts, triggers } = evidence.value.reading;
    const kept = await this.host.keepExamples(repository, prompts, triggers);
    this.say(kept.ok ? kept.value : `${kept.failure.message} ${kept.failure.advice}`, kept.ok ? 'info' : 'error');
  }

  private async refresh(): Promise<void> {
    this.host.post({ kind: 'busy', text: 'Asking the Hub…' });
    await this.settled();
    const found = await this.host.refresh();
    this.host.post({ kind: 'busy', text: undefined });
    this.evidence.clear();
    this.unreachable = !found.ok && ['offline', 'unreachable', 'hub-stalled'].includes(found.failure.code);
    await this.load();
    if (!found.ok) this.say(`${found.failure.message} ${found.failure.advice}`, 'error');
  }

  private say(text: string, tone: 'info' | 'error'): void {
    this.host.post({ kind: 'said', text, tone });
  }
}

const documentName = 'model-survey.md';
const mostUndos = 50;
const mostEvidence = 100;
const mostRead = 100;

/** What a person thinks of a candidate as it was before; what the Hub says of it stays as it is now. */
function withOpinions(candidate: Candidate, before: Candidate | undefined): Candidate {
  if (!before) return candidate;
  const { excluded: _excluded, category: _category, verdict: _verdict, ...facts } = candidate;
  const { scores, selected, seen, excluded, category, verdict } = before;
  return { ...facts, scores, selected, seen, ...(excluded === undefined ? {} : { excluded }), ...(category === undefined ? {} : { category }), ...(verdict ? { verdict } : {}) };
}

/** `models--owner--name` in the cache. */
async function cachedRepositories(cacheFolder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(cacheFolder).catch(() => []);
  return new Set(names.flatMap((name) => (name.startsWith('models--') ? [name.slice('models--'.length).split('--').join('/')] : [])));
}
