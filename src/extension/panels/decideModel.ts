import type { Evaluation } from '../../core/evaluation/evaluation';
import type { Logger, PlanPaths } from '../../core/actions/action';
import type { Failure, Result } from '../../core/outcome';
import type { Plan } from '../../core/plan/plan';
import type { PlanSnapshot } from '../../core/plan/planStore';
import { changeId, planName } from '../../core/report/changeId';
import { partPrompts, type DecisionPart } from '../../core/report/decision';
import { isEmpty, nothing, type DecisionDraft } from '../../core/report/decisionDraft';
import type { GivenDecision } from '../../core/report/givenDecision';
import { optionsOf, questionsOf, resultsDocumentOf } from '../../core/report/planOptions';
import { readJudgement, type Judgement } from '../../core/report/record/judgement';
import { readResults, type Results } from '../../core/report/results';
import { certainty } from '../../core/report/sections/answer';
import { decisionFigures, optionFactLines } from '../../core/report/sections/optionFacts';
import type { Rehearsal } from '../../core/runner/rehearseDecision';
import type { DecideState, FigureView, HostMessage, OptionView, WebviewMessage } from '../../webviews/decide/contract';
import { differenceView } from './differenceView';

export interface DecideServices {
  readonly paths: PlanPaths;
  readonly log: Logger;
  readonly draft: Pick<DecisionDraft, 'read' | 'save'>;
  readPlan(): Promise<Result<PlanSnapshot>>;
  evaluation(): Promise<Result<Evaluation>>;
  rehearse(given: GivenDecision, snapshot: PlanSnapshot): Promise<Result<Rehearsal>>;
  /** Runs the steps that take it down. A failure says why not all of it is written. */
  write(given: GivenDecision, plan: Plan): Promise<Result<void>>;
  confirmDiscard(): Promise<boolean>;
  matrix(): void;
  /** @param file relative to the workspace */
  openDocument(file: string): void;
  post(message: HostMessage): void;
}

/** What the decision panel knows: the plan's options, what the data say of them, and what was said. Free of the editor. */
export class DecideModel {
  private snapshot: PlanSnapshot | undefined;
  private file = '';
  private title = '';
  private results: Results | undefined;
  /** In the document. */
  private held: Judgement = { options: {}, decision: {} };
  /** Said, and not in the document yet. */
  private given: GivenDecision = nothing;
  private begun = false;
  private busy: DecideState['busy'];
  private said: DecideState['said'];

  constructor(private readonly services: DecideServices) {}

  async handle(message: WebviewMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.refresh();
      case 'say':
        return this.say({ ...this.given, parts: { ...this.given.parts, [message.part]: message.text } });
      case 'answer':
        return this.answer(message.option, message.question, message.text);
      case 'discard':
        return this.discard();
      case 'preview':
        return this.preview();
      case 'write':
        return this.write();
      case 'matrix':
        return this.services.matrix();
      case 'document':
        return this.services.openDocument(this.file);
    }
  }

  /** Reads plan, figures and document anew. */
  async refresh(): Promise<void> {
    const read = await this.services.readPlan();
    if (!read.ok) {
      this.tell(read.failure);
      return;
    }
    this.snapshot = read.value;
    const { plan } = read.value;
    const { paths, log } = this.services;
    const change = await changeId(paths);
    this.file = resultsDocumentOf(plan, change);
    this.title = `Decide: ${planName(plan, change)}`;
    const results = await readResults({ evaluation: () => this.services.evaluation(), paths, log, plan });
    this.results = results.ok ? results.value : undefined;
    const held = await readJudgement(plan, this.services, undefined);
    if (held.ok) this.held = held.value;
    else this.said = { tone: 'bad', text: `${held.failure.message} ${held.failure.advice}` };
    if (!this.begun) this.given = await this.services.draft.read();
    this.begun = true;
    this.given = this.unwritten(this.given);
    this.post();
  }

  /** What of it the document does not hold. */
  private unwritten({ parts, answers }: GivenDecision): GivenDecision {
    return {
      parts: Object.fromEntries(Object.entries(parts).filter(([part, text]) => !same(text, this.heldPart(part as DecisionPart)))),
      answers: Object.fromEntries(
        Object.entries(answers).flatMap(([letter, all]) => {
          const open = all.some(({ question, text }) => !same(text, this.heldAnswer(letter, question)));
          return open ? [[letter, all]] : [];
        }),
      ),
    };
  }

  private heldPart(part: DecisionPart): string {
    const text = this.held.decision[part] ?? '';
    if (part !== 'approach' || this.offered.length === 0) return text;
    return this.offered.find(({ letter }) => text.startsWith(`**Option ${letter}:`))?.letter ?? '';
  }

  private heldAnswer(letter: string, question: string): string {
    return this.held.options[letter]?.find((answer) => answer.question === question)?.text ?? '';
  }

  private get offered() {
    return this.snapshot ? optionsOf(this.snapshot.plan) : [];
  }

  private answer(letter: string, question: string, text: string): void {
    const option = this.offered.find((candidate) => candidate.letter === letter);
    if (!option) return;
    // All answers of an option are written together, so those that stand come along.
    const all = questionsOf(option.step).map((asked) => ({ question: asked, text: asked === question ? text : this.answerTo(letter, asked) }));
    this.say({ ...this.given, answers: { ...this.given.answers, [letter]: all } });
  }

  private answerTo(letter: string, question: string): string {
    return this.given.answers[letter]?.find((answer) => answer.question === question)?.text ?? this.heldAnswer(letter, question);
  }

  /** A key was pressed: the draft follows at once, the page only where it shows something else than the field. */
  private say(given: GivenDecision): void {
    const before = this.given;
    this.given = this.unwritten(given);
    this.said = undefined;
    void this.services.draft.save(this.given);
    if (isEmpty(before) !== isEmpty(this.given) || before.parts.approach !== this.given.parts.approach) this.post();
  }

  private async discard(): Promise<void> {
    if (!(await this.services.confirmDiscard())) return;
    this.given = nothing;
    await this.services.draft.save(nothing);
    this.post();
  }

  private async preview(): Promise<void> {
    const { snapshot } = this;
    if (!snapshot) return;
    await this.during('preview', async () => {
      const rehearsed = await this.services.rehearse(this.given, snapshot);
      if (rehearsed.ok) this.services.post({ type: 'preview', preview: { files: rehearsed.value.changes.map(differenceView), asks: rehearsed.value.asks } });
      else this.services.post({ type: 'preview', preview: { failure: rehearsed.failure, files: [], asks: [] } });
    });
  }

  private async write(): Promise<void> {
    const { snapshot } = this;
    if (!snapshot || isEmpty(this.given) || this.busy) return;
    await this.during('write', async () => {
      const written = await this.services.write(this.given, snapshot.plan);
      await this.refresh();
      await this.services.draft.save(this.given);
      if (!written.ok) this.tell(written.failure);
      else if (isEmpty(this.given)) this.said = { tone: 'good', text: `Written into ${this.file}, STATUS.md and the plan.` };
      else this.said = { tone: 'bad', text: 'What you had edited by hand in the document was kept, so a part of this draft is not written. It is still here.' };
    });
    if (this.said?.tone === 'good') await this.preview();
  }

  private async during(what: NonNullable<DecideState['busy']>, work: () => Promise<void>): Promise<void> {
    this.busy = what;
    this.post();
    try {
      await work();
    } finally {
      this.busy = undefined;
      this.post();
    }
  }

  private tell({ message, advice }: Failure): void {
    this.said = { tone: 'bad', text: `${message} ${advice}` };
    this.post();
  }

  private post(): void {
    this.services.post({ type: 'state', state: this.state() });
  }

  private state(): DecideState {
    const part = (name: DecisionPart): string => this.given.parts[name] ?? this.heldPart(name);
    const { busy, said } = this;
    return {
      plan: this.services.paths.plan,
      title: this.title,
      figures: this.figures(),
      options: this.offered.map((option): OptionView => ({
        letter: option.letter,
        title: option.title,
        weighed: option.step.state === 'done',
        facts: this.results ? optionFactLines(this.results, option.title) : ['Nothing is rated yet'],
        questions: questionsOf(option.step).map((question) => ({ question, text: this.answerTo(option.letter, question) })),
      })),
      parts: { approach: part('approach'), rationale: part('rationale'), next: part('next'), timeline: part('timeline') },
      prompts: { approach: 'Which approach do you choose?', ...partPrompts },
      document: this.file,
      draft: !isEmpty(this.given),
      ...(busy && { busy }),
      ...(said && { said }),
    };
  }

  private figures(): readonly FigureView[] {
    if (!this.results) return [{ name: 'Figures', text: 'none yet: nothing has been run and rated' }];
    return [...decisionFigures(this.results), { name: 'How sure', text: certainty(this.results) }];
  }
}

function same(left: string, right: string): boolean {
  return left.replaceAll('\r\n', '\n').trim() === right.replaceAll('\r\n', '\n').trim();
}
