import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../core/actions/action';
import type { Evaluation } from '../core/evaluation/evaluation';
import { readEvaluation } from '../core/evaluation/evaluationFile';
import { connectHub } from '../core/hub/connect';
import { hubCacheFolder } from '../core/hub/cache';
import { downloadMeasureNetworks, networkGaps, networksOf, offerText } from '../core/hub/measureNetworks';
import { SampleHub } from '../core/hub/sampleHub';
import { measuresFile, type OutputMeasures } from '../core/images/comparison/measureCache';
import { Measurer } from '../core/images/comparison/measurer';
import { ok, type Failure, type Result } from '../core/outcome';
import { measureCorrelations } from '../core/review/measureCorrelation';
import { measurementsMarkdown } from '../core/review/measurementsDocument';
import { measuredPair } from '../core/review/reviewSet';
import { readStudy, type Study } from '../core/review/study';
import { EngineClient } from '../engine/client';
import type { CliArguments } from './arguments';
import { pathsOf } from './compose';
import { openPlan, reportFailure } from './openPlan';

/**
 * `evalmark measure PLAN`: measures every output beside its source, by pixels and by the networks that are on this disk, and
 * says what goes with the ratings. What is missing is named with its size and licence; `--download` fetches it.
 */
export async function measure(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const { workspace, planFolder } = pathsOf(args);
  const evaluation = await readEvaluation(path.join(planFolder, 'evaluation.json'));
  if (!evaluation.ok) return failing(evaluation.failure, args);
  const fetched = args.download === undefined ? ok(undefined) : await fetchNetworks(args, evaluation.value);
  if (!fetched.ok) return failing(fetched.failure, args);
  const study = await readStudy(workspace, planFolder, evaluation.value);
  if (!study.ok) return failing(study.failure, args);
  const measures = await measureStudy(study.value, args);
  const networks = await networksOf(evaluation.value, workspace, hubCacheFolder(process.env));
  if (!networks.ok) return failing(networks.failure, args);
  const { offered, others } = networkGaps(networks.value, evaluation.value);
  const correlations = measureCorrelations(study.value.outputs, measures, evaluation.value.criteria);
  if (args.json) {
    const outputs = Object.fromEntries([...measures].map(([id, { kept: _kept, ...figures }]) => [id, figures]));
    process.stdout.write(`${JSON.stringify({ outputs, correlations, missing: [...offered.map(offerText), ...others] }, undefined, 2)}\n`);
    return 0;
  }
  const table = measurementsMarkdown(evaluation.value, correlations);
  process.stdout.write(`${measures.size} of ${study.value.shown.length} outputs measured.\n\n${table === '' ? 'Nothing is rated yet, so nothing can be held against ratings.' : table}\n`);
  if (offered.length > 0) process.stdout.write(`\nNot on this computer (--download faces, or all):\n${offered.map((network) => `  ${offerText(network)}\n`).join('')}`);
  for (const other of others) process.stdout.write(`  ${other}\n`);
  return 0;
}

async function measureStudy({ shown, evaluation }: Study, args: CliArguments): Promise<ReadonlyMap<string, OutputMeasures>> {
  const { storage, workspace } = pathsOf(args);
  const bundle = path.dirname(fileURLToPath(import.meta.url));
  const log = quietLog(args);
  const engine = new EngineClient(path.join(bundle, 'engine.cjs'), log);
  const measurer = new Measurer(path.join(bundle, 'measure.cjs'), path.join(storage, measuresFile), (text) => log.warn(text), {
    find: async () => {
      const networks = await networksOf(evaluation, workspace, hubCacheFolder(process.env));
      return networks.ok ? networks.value : {};
    },
    measure: (request, signal) => engine.measure(request, signal),
  });
  const measures = new Map<string, OutputMeasures>();
  try {
    for (const [index, output] of shown.entries()) {
      if (!args.json && process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${shown.length}`);
      const found = await measurer.measureAll(measuredPair(output, evaluation.edits));
      if (found) measures.set(output.generation.id, found);
    }
  } finally {
    if (!args.json && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    measurer.dispose();
    await engine.dispose();
  }
  return measures;
}

async function fetchNetworks(args: CliArguments, evaluation: Evaluation): Promise<Result<void>> {
  const { planFolder, storage, workspace } = pathsOf(args);
  const cacheFolder = hubCacheFolder(process.env);
  const found = await networksOf(evaluation, workspace, cacheFolder);
  if (!found.ok) return found;
  const wanted = networkGaps(found.value, evaluation).offered.filter(({ role }) => args.download === 'all' || role === 'detector' || role === 'recognizer');
  const sampleHub = new SampleHub(path.join(path.dirname(fileURLToPath(import.meta.url)), 'sample.mjs'));
  try {
    const hub = await connectHub({ evaluationFile: path.join(planFolder, 'evaluation.json'), storage, endpoint: undefined, cacheFolder: undefined, token: undefined, environment: process.env, sampleEndpoint: () => sampleHub.endpoint() });
    if (!hub.ok) return hub;
    const log = quietLog(args);
    return await downloadMeasureNetworks({ ...hub.value, cacheFolder }, wanted, { signal: new AbortController().signal, log, progress: ({ message }) => log.debug(message ?? '') });
  } finally {
    sampleHub.dispose();
  }
}

function failing(failure: Failure, { json }: CliArguments): number {
  reportFailure(failure, json);
  return 1;
}

function quietLog({ json }: CliArguments): Logger {
  const say = (message: string): void => {
    if (!json) process.stderr.write(`${message}\n`);
  };
  return { debug() {}, info: say, warn: say, error: say };
}
