import path from 'node:path';
import type { ValueSource } from '../../core/actions/actionArguments';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import { readSurvey } from '../../core/hub/surveyFile';

/** Values for an argument from what lies beside the plan; none where a file is missing or wrong. */
export async function linkValues(source: ValueSource, planFolder: string): Promise<readonly string[]> {
  const [evaluation, survey] = await Promise.all([readEvaluation(path.join(planFolder, 'evaluation.json')), readSurvey(planFolder)]);
  const models = evaluation.ok ? evaluation.value.models : [];
  const candidates = survey.ok ? survey.value.candidates : [];
  const categories = unique([...models.map(({ category }) => category), ...candidates.map(({ category }) => category)]);
  switch (source) {
    case 'models':
      return ['all', 'base', 'loras', ...categories.map((category) => `category:${category}`), ...models.map(({ id }) => `name:${id}`)];
    case 'repositories':
      return unique([...models.flatMap(({ base, transformer, loras }) => [base, transformer?.repository, ...(loras ?? []).map(({ repository }) => repository)]), ...candidates.map(({ repository }) => repository)]).filter((name) => /^[\w.-]+\/[\w.-]+$/.test(name));
    case 'categories':
      return categories;
    case 'criteria':
      return evaluation.ok ? evaluation.value.criteria.map(({ id }) => id) : [];
  }
}

function unique(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ''))] as readonly string[];
}
