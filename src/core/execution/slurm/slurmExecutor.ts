import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { processEnds } from '../../actions/processEnds';
import type { ActionContext } from '../../actions/action';
import type { SlurmSettings } from '../../evaluation/evaluation';
import { readGenerations } from '../../evaluation/generations';
import { Claim, thisWorker } from '../../evaluation/parts/claim';
import { generationsThere } from '../../evaluation/parts/generationsThere';
import { forgetMatrix, type OpenMatrix } from '../../evaluation/parts/matrixFolder';
import { matrixSeconds } from '../../evaluation/parts/matrixSeconds';
import { isInCache, neededRepositories } from '../../evaluation/parts/neededRepositories';
import type { EditPart, NeededRepository } from '../../evaluation/parts/part';
import { repositoryFolder } from '../../hub/cache';
import { cancelled, failed, fail, needsPerson, ok, type Outcome, type Result } from '../../outcome';
import type { Execution, Executor, MatrixOrder } from '../executor';
import { editParts, planMatrix } from '../planMatrix';
import { Cluster } from './cluster';
import { checkFiles, checkVisibility, noCommand, submissionQuestion } from './sanity';
import { forgetReports, SlurmRun } from './slurmRun';
import { cancelSubmissions, recoverSubmissions, submitParts, type ClusterPlaces, type SubmitOrder } from './submit';
import { Submissions } from './submissions';
import { secondsOf } from './times';

export interface SlurmTimes {
  readonly pollMilliseconds: number;
  /** After what time a submission that Slurm does not know is held for lost. */
  readonly graceMilliseconds: number;
}

/** Hands the run matrix to Slurm part by part, and watches it. What runs there needs nobody here. */
export class SlurmExecutor implements Executor {
  private readonly cluster: Cluster;

  constructor(
    private readonly settings: SlurmSettings,
    private readonly times: SlurmTimes = { pollMilliseconds: 5000, graceMilliseconds: 30_000 },
  ) {
    this.cluster = new Cluster(settings.remote);
  }

  async run(order: MatrixOrder): Promise<Execution> {
    const planned = await this.plan(order);
    if (!planned.ok) return { kind: 'outcome', outcome: failed(planned.failure) };
    const { open, places } = planned.value;
    const submissions = await Submissions.read(open);
    const { cluster, settings } = this;
    const recovered = await recoverSubmissions(submissions, cluster, this.times.graceMilliseconds);
    if (!recovered.ok) return { kind: 'outcome', outcome: failed(recovered.failure) };

    const there = await generationsThere(open, { workspace: order.context.paths.workspace, plan: order.context.plan, hub: async () => order.context.hub() });
    const submit: SubmitOrder = { open, settings, cluster, places, submissions };
    if (submissions.open.length === 0) {
      const refused = await this.submitAll(submit, there, order.context);
      if (refused) return { kind: 'outcome', outcome: refused };
    } else order.context.log.info(`Goes on with what was submitted: jobs ${submissions.open.map(({ job }) => job ?? '?').join(', ')}.`);
    return this.watch(submit, there, order.context);
  }

  private async plan({ matrix, context }: MatrixOrder): Promise<Result<{ readonly open: OpenMatrix; readonly places: ClusterPlaces }>> {
    const { settings } = this;
    const hub = await context.hub();
    if (!hub.ok) return hub;
    const cache = settings.cache ?? hub.value.cacheFolder;
    const { workspace } = context.paths;
    const limit = settings.time === undefined ? Infinity : secondsOf(settings.time);
    const open = await planMatrix({
      matrix,
      paths: context.paths,
      executor: settings,
      cacheFolder: cache,
      needed: await neededRepositories(matrix.models, workspace),
      // A fifth of the limit is left for loading, and for edits that take longer than those before.
      target: () => Math.min((settings.partMinutes ?? 20) * 60, limit * 0.8),
    });
    if (!open.ok) return open;
    const ownCommand = context.ownCommand ?? [];
    if (ownCommand.length === 0 && settings.command === undefined && settings.container === undefined) return fail(noCommand());
    const folder = settings.folder ?? workspace;
    const below = path.relative(workspace, open.value.folder).split(path.sep).join('/');
    return ok({ open: open.value, places: { folder, matrixFolder: path.posix.join(folder, below), cache, ownCommand } });
  }

  /** What the cache does not hold of the models of these parts. */
  private async missingModels({ open, places }: SubmitOrder, parts: readonly EditPart[]): Promise<readonly NeededRepository[]> {
    const ids = new Set(parts.flatMap(({ models }) => models));
    const needed = await neededRepositories(open.matrix.evaluation.models.filter(({ id }) => ids.has(id)), open.workspace);
    const missing: NeededRepository[] = [];
    for (const one of needed) if (!(await this.isCached(places.cache, one))) missing.push(one);
    return missing;
  }

  /** Here where the cache can be seen from here, else on the login node. */
  private async isCached(cache: string, needed: NeededRepository): Promise<boolean> {
    const isHere = await stat(cache).then(() => true, () => false);
    if (isHere || this.cluster.remote === undefined) return isInCache(cache, needed);
    const ended = await this.cluster.run(['test', '-d', path.posix.join(repositoryFolder(cache, needed.repository), 'snapshots')]);
    return ended.ok && ended.value.code === 0;
  }

  /** @returns why nothing was submitted */
  private async submitAll(order: SubmitOrder, there: ReadonlySet<string>, context: ActionContext): Promise<Outcome | undefined> {
    const { open } = order;
    const parts = editParts(open).filter(({ from, to }) => open.ordered.slice(from, to).some(({ id }) => !there.has(id)));
    if (parts.length === 0) return undefined;
    const claim = await Claim.take(path.join(open.folder, 'submitting'), thisWorker());
    if (!(claim instanceof Claim)) return failed({ code: 'runs-elsewhere', message: `Process ${claim.pid} on ${claim.host} is submitting this run.`, advice: 'Wait for it, then run the step again to watch.', short: 'runs elsewhere' });
    try {
      const missing = await this.missingModels(order, parts);
      const agreed = await this.agree(order, parts, missing, there, context);
      if (agreed) return agreed;
      const indices = parts.map(({ index }) => index);
      const downloads = missing.length === 0 ? [] : open.matrix.parts.filter((part) => part.kind === 'download').map(({ index }) => index);
      await mkdir(path.join(open.folder, 'logs'), { recursive: true });
      await forgetReports(open, [...indices, ...downloads]);
      const fetched = downloads.length === 0 ? ok([]) : await submitParts(order, 'download', downloads);
      const submitted = fetched.ok ? await submitParts(order, 'edit', indices, fetched.value[0]) : fetched;
      if (submitted.ok) context.log.info(`Submitted ${parts.length} parts: jobs ${order.submissions.open.map(({ job }) => job ?? '?').join(', ')}.`);
      else await this.cancel(order, context);
      return submitted.ok ? undefined : failed(submitted.failure);
    } finally {
      await claim.release();
    }
  }

  private async agree({ open, places, cluster, settings }: SubmitOrder, parts: readonly EditPart[], missing: readonly NeededRepository[], there: ReadonlySet<string>, context: ActionContext): Promise<Outcome | undefined> {
    const edits = parts.reduce((sum, { from, to }) => sum + open.ordered.slice(from, to).filter(({ id }) => !there.has(id)).length, 0);
    const files = await checkFiles(open, edits, parts.length);
    if (!files.ok) return failed(files.failure);
    context.progress({ message: 'asking a node whether it sees the folders' });
    const visibility = await checkVisibility(cluster, settings, places);
    if (!visibility.ok) return failed(visibility.failure);
    const earlier = (await readGenerations(open.resultsFolder)).map(({ generation }) => generation);
    const { measuredShare } = matrixSeconds(open.matrix.evaluation, open.matrix.modelIds, earlier);
    const downloads = missing.map(({ repository }) => repository);
    const question = submissionQuestion({ settings, parts, edits, downloads, measuredShare, visibility: visibility.value });
    const answer = await context.ask.confirm({ ...question, agree: 'Submit', kind: 'question' });
    if (answer === undefined) return needsPerson(question.title);
    return answer ? undefined : cancelled;
  }

  private async watch(order: SubmitOrder, there: ReadonlySet<string>, context: ActionContext): Promise<Execution> {
    const run = new SlurmRun({ ...order, there, signal: context.signal, log: context.log, pollMilliseconds: this.times.pollMilliseconds, progress: (report) => context.progress(report) });
    const failure = await run.toTheEnd();
    // Where only the editor closes, everything goes on, and the next start watches again.
    if (context.signal.aborted && context.signal.reason === processEnds) return { kind: 'outcome', outcome: cancelled };
    if (failure || context.signal.aborted) {
      await this.cancel(order, context);
      return { kind: 'outcome', outcome: failure ? failed(failure) : cancelled };
    }
    await order.submissions.close();
    const result = run.tally.result(false);
    const wanted = order.open.ordered.length;
    if (result.made.length + result.kept.length === wanted) await forgetMatrix(order.open);
    for (const { file, id } of order.open.ordered) {
      if (there.has(id)) continue;
      const picture = path.join(order.open.resultsFolder, file);
      context.wrote(picture);
      context.wrote(picture.replace(/\.png$/, '.json'));
    }
    return { kind: 'ran', result };
  }

  private async cancel({ submissions, cluster }: SubmitOrder, { log }: ActionContext): Promise<void> {
    const ended = await cancelSubmissions(submissions.open, cluster);
    if (ended.ok) await submissions.close();
    else log.error(`The jobs could not be cancelled: ${ended.failure.message} ${ended.failure.advice}`);
  }
}
