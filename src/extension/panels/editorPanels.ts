import path from 'node:path';
import { Uri, type ExtensionContext } from 'vscode';
import type { Logger, Look } from '../../core/actions/action';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import { confirmModally, type Panels } from '../ask/editorAsk';
import { planPaths } from '../plans/planPaths';
import { readSettings } from '../settings';
import { ComparePanel, type CompareContext } from './comparePanel';
import type { DecideContext } from './decidePanel';
import type { MatrixContext } from './matrixPanel';
import type { PicturesContext } from './picturesPanel';
import { PlanMeasurers } from './planMeasurers';
import { restoringPanel } from './restoringPanel';
import type { SurveyContext } from './surveyPanel';

/** What panels have others do. */
export interface PanelCommands {
  writeAnalysis(planPath: string): void;
  writeDecision(planPath: string, ...args: Parameters<DecideContext['write']>): ReturnType<DecideContext['write']>;
}

/** What a step shows in an editor tab; resolves when the person is done with it or left it. */
export function editorPanels(context: ExtensionContext, log: Logger, servicesOf: (uri: Uri) => Pick<SurveyContext, 'hub' | 'store'>, commands: PanelCommands): Panels & { matrix(planPath: string): Promise<void>; decide(planPath: string): Promise<void>; sourcePictures(planPath: string): Promise<void>; dispose(): void } {
  const measurers = new PlanMeasurers(context, log, (uri) => servicesOf(uri).hub());
  const contextOf = (planPath: string, look: Pick<Extract<Look, { kind: 'review' }>, 'modelIds' | 'criterion'> = {}): CompareContext => {
    const uri = Uri.file(planPath);
    const paths = planPaths(context, uri);
    return {
      extensionUri: context.extensionUri,
      planPath,
      workspace: paths.workspace,
      storage: paths.storage,
      evaluationPath: path.join(paths.planFolder, 'evaluation.json'),
      ...(look.modelIds && { modelIds: look.modelIds }),
      ...(look.criterion !== undefined && { criterion: look.criterion }),
      rater: readSettings(uri).run.rater,
      keys: readSettings(uri).compareKeys,
      measurer: measurers.of(planPath).measurer,
      log,
      onClosed: () => undefined,
    };
  };
  const matrixOf = (planPath: string): MatrixContext => ({
    ...contextOf(planPath),
    networks: measurers.of(planPath).networks,
    review: (cell) => void ComparePanel.show({ ...contextOf(planPath), ...(cell !== undefined && { cell }) }),
    write: () => commands.writeAnalysis(planPath),
  });
  const decideOf = (planPath: string): DecideContext => {
    const uri = Uri.file(planPath);
    return {
      extensionUri: context.extensionUri,
      paths: planPaths(context, uri),
      store: servicesOf(uri).store,
      log,
      write: (given, plan) => commands.writeDecision(planPath, given, plan),
      matrix: () => void showMatrix(planPath),
    };
  };
  const showMatrix = async (planPath: string): Promise<void> => (await import('./matrixPanel')).MatrixPanel.show(matrixOf(planPath));
  /** As the plan's own steps say, where no step asks. */
  const picturesOf = async (planPath: string): Promise<PicturesContext | undefined> => {
    const uri = Uri.file(planPath);
    const paths = planPaths(context, uri);
    const read = await servicesOf(uri).store.read();
    const { picturesLook } = await import('../../core/actions/picturesLook');
    const look = read.ok ? await picturesLook({ plan: read.value.plan, paths, evaluation: () => readEvaluation(path.join(paths.planFolder, 'evaluation.json')) }) : read;
    if (look.ok) return { extensionUri: context.extensionUri, paths, log, look: look.value };
    log.warn(`${look.failure.message} ${look.failure.advice}`);
    return undefined;
  };
  const surveyOf = (planPath: string): SurveyContext => {
    const uri = Uri.file(planPath);
    return { extensionUri: context.extensionUri, planPath, storage: planPaths(context, uri).storage, log, ...servicesOf(uri) };
  };
  // Panels are loaded when they are wanted: most windows never open these.
  const restoring = [
    restoringPanel('evalmark.pictures', async (panel, { plan }) => {
      const shown = await picturesOf(plan);
      if (shown) (await import('./picturesPanel')).PicturesPanel.restore(panel, shown);
      return shown !== undefined;
    }),
    restoringPanel('evalmark.survey', async (panel, { plan, page }) => {
      (await import('./surveyPanel')).SurveyPanel.restore(panel, surveyOf(plan), page === 'relevance' || page === 'select' ? page : 'list');
      return true;
    }),
    restoringPanel('evalmark.decide', async (panel, { plan }) => {
      (await import('./decidePanel')).DecidePanel.restore(panel, decideOf(plan));
      return true;
    }),
    restoringPanel('evalmark.matrix', async (panel, { plan }) => {
      (await import('./matrixPanel')).MatrixPanel.restore(panel, matrixOf(plan));
      return true;
    }),
    ComparePanel.restoring((planPath) => contextOf(planPath)),
  ];
  return {
    review: (look, signal) => review(contextOf(look.planPath, look), signal),
    survey: async (look, signal) => {
      const { SurveyPanel } = await import('./surveyPanel');
      return SurveyPanel.show(surveyOf(look.planPath), look, signal);
    },
    pictures: async (look, signal) => (await import('./picturesPanel')).PicturesPanel.show({ extensionUri: context.extensionUri, paths: planPaths(context, Uri.file(look.planPath)), log, look }, signal),
    sourcePictures: async (planPath) => {
      const shown = await picturesOf(planPath);
      if (shown) await (await import('./picturesPanel')).PicturesPanel.show(shown, new AbortController().signal);
    },
    matrix: showMatrix,
    decide: async (planPath) => {
      const uri = Uri.file(planPath);
      const { revealFirst } = await import('../../core/actions/revealFirst');
      // The panel names models beside their scores, which ends a blind review.
      const stopped = await revealFirst({ ask: { confirm: confirmModally }, paths: planPaths(context, uri), settings: readSettings(uri).run, log, now: () => new Date(), wrote() {} });
      if (!stopped) (await import('./decidePanel')).DecidePanel.show(decideOf(planPath));
    },
    dispose: () => [...restoring, measurers].forEach((each) => void each.dispose()),
  };
}

async function review(context: CompareContext, signal: AbortSignal): Promise<boolean | undefined> {
  const evaluation = await readEvaluation(context.evaluationPath);
  if (!evaluation.ok) {
    context.log.warn(`${evaluation.failure.message} ${evaluation.failure.advice}`);
    return undefined;
  }
  const panel = ComparePanel.show(context);
  const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  return Promise.race([panel.finished, stopped]);
}
