import { mkdtemp, rm } from 'node:fs/promises';
import { afterEach } from 'vitest';
import type { Action, ActionContext, Ask, ChooseQuestion, Look, TextQuestion } from '../../../../src/core/actions/action';
import type { HubConnection } from '../../../../src/core/hub/connection';
import { readSurvey, writeSurvey, type Candidate, type Survey } from '../../../../src/core/hub/surveyFile';
import { ok, type Outcome } from '../../../../src/core/outcome';
import { startHub, type HubOptions, type HubRepository, type LoopbackHub } from '../../../../test_data/make/hub';
import { linkedStep, makeContext, nobody, temporaryFolder } from '../../actionContext';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

export const base = 'tinkerbox/Tiny-Edit-2601';

/** A small Hub: a base model, two that fit it, one that does not, one that is gated. */
export const repositories: Readonly<Record<string, HubRepository>> = {
  [base]: { files: { 'README.md': '---\nlicense: mit\n---\n# Tiny-Edit', 'model.onnx': 'base weights' }, likes: 400, downloads: 9000, trendingScore: 40, pipelineTag: 'image-to-image' },
  [`${base}-Camera-Angles`]: derived('Turns the camera.', 208, 4310, 'angles weights'),
  'mirabel/tiny-edit-relight': derived('Changes light. <script>alert(1)</script>', 96, 1870, 'light weights'),
  'mirabel/hidden-face-keep': derived('Keeps faces.', 20, 100, 'face weights'),
  'northwind/tiny-edit-control': { ...derived('Pose.', 77, 990, 'control'), files: { 'README.md': '---\nbase_model: northwind/Paint\n---\nPose.' }, tags: ['base_model:adapter:northwind/Paint'] },
  'quietlab/tiny-edit-portrait': { ...derived('Portraits.', 51, 140, 'portrait weights'), gated: 'manual' },
};

function derived(text: string, likes: number, downloads: number, weights: string): HubRepository {
  return {
    files: { 'README.md': `---\nlicense: apache-2.0\nbase_model: ${base}\n---\n# Model\n\n${text}\n`, 'model.onnx': weights },
    likes, downloads, trendingScore: likes / 10, pipelineTag: 'image-to-image', tags: [`base_model:${base}`, `base_model:adapter:${base}`],
  };
}

export interface Stage {
  readonly hub: LoopbackHub;
  readonly folder: string;
  readonly connection: HubConnection;
  /** Fresh for each run, so that what was written is that run's. */
  run(action: Action, args: Readonly<Record<string, string>>, more?: Partial<ActionContext>, text?: string): Promise<Outcome>;
  readonly written: readonly string[];
  survey(): Promise<Survey>;
  candidate(repository: string): Promise<Candidate | undefined>;
  put(survey: Survey): Promise<void>;
}

export async function stage(options: HubOptions = { repositories }, connectionMore: Partial<HubConnection> = {}): Promise<Stage> {
  const hub = await startHub(options);
  endings.push(() => hub.dispose());
  const folder = await mkdtemp(temporaryFolder);
  endings.push(() => rm(folder, { recursive: true, force: true }));
  const connection: HubConnection = { endpoint: hub.endpoint, token: undefined, cacheFolder: `${folder}/cache`, offline: false, ...connectionMore };
  const written: string[] = [];
  const survey = async (): Promise<Survey> => {
    const read = await readSurvey(folder);
    if (!read.ok) throw new Error(read.failure.message);
    return read.value;
  };
  return {
    hub, folder, connection, written, survey,
    run: (action, args, more = {}, text) =>
      action.run(linkedStep({ action: action.name, arguments: args }, text), makeContext(folder, { hub: async () => ok(connection), wrote: (file) => void written.push(file), ...more })),
    candidate: async (repository) => (await survey()).candidates.find((candidate) => candidate.repository === repository),
    put: async (value) => {
      await writeSurvey(folder, value);
    },
  };
}

/** A person who answers by the question's beginning, and everything that was asked or shown. */
export function person(answers: {
  readonly choose?: (question: ChooseQuestion) => readonly string[] | undefined;
  readonly text?: (question: TextQuestion) => string | undefined;
  readonly look?: (what: Look) => Promise<boolean | undefined> | boolean | undefined;
  readonly confirm?: boolean;
}): { readonly ask: Ask; readonly asked: string[]; readonly shown: Look[] } {
  const asked: string[] = [];
  const shown: Look[] = [];
  const ask: Ask = {
    ...nobody,
    choose: async (question) => {
      asked.push(question.title);
      return answers.choose?.(question);
    },
    text: async (question) => {
      asked.push(question.title);
      return answers.text?.(question);
    },
    confirm: async (question) => {
      asked.push(question.title);
      return answers.confirm;
    },
    look: async (what) => {
      shown.push(what);
      return answers.look?.(what);
    },
  };
  return { ask, asked, shown };
}

/** Takes what is suggested, as a person does who agrees. */
export function picked({ options }: ChooseQuestion): readonly string[] {
  return options.filter((option) => option.picked).map(({ id }) => id);
}
