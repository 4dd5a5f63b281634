import { matrixPart } from '../evaluation/matrixPart';
import { verifyOutput } from '../evaluation/verifyOutput';
import { cancelled, done, failed } from '../outcome';
import type { Action } from './action';

/** Looks at every output that the evaluation expects of the models: there, whole, of the asked size, and really edited. */
export const inferVerify: Action = {
  name: 'infer.verify',
  async run({ link }, context) {
    const part = await matrixPart(link.arguments.models ?? 'all', context);
    if (!part.ok) return failed(part.failure);
    const { planned, evaluation, pictureFolder, resultsFolder } = part.value;
    const problems: string[] = [];
    for (const [index, one] of planned.entries()) {
      if (context.signal.aborted) return cancelled;
      context.progress({ message: one.id, completed: index, total: planned.length, unit: 'items' });
      const problem = await verifyOutput({ planned: one, sampler: evaluation.sampler, pictureFolder, resultsFolder });
      if (problem !== undefined) problems.push(`${one.id} ${problem}`);
    }
    const [first] = problems;
    if (first === undefined) return done(`${planned.length} outputs are right`);
    for (const problem of problems) context.log.warn(problem);
    const missing = problems.filter((problem) => problem.endsWith('is missing')).length;
    return failed({
      code: 'outputs-wrong',
      message: `${problems.length} of ${planned.length} outputs are not right: ${problems.slice(0, 3).join('; ')}${problems.length > 3 ? '; …' : ''}.`,
      advice: missing === problems.length ? 'Run the step that makes them; it makes only what is missing.' : 'Look at them; delete those that are wrong and run the step that makes them again.',
      short: missing === problems.length ? `${missing} missing` : `${problems.length} not right`,
      detail: problems.join('\n'),
    });
  },
};
