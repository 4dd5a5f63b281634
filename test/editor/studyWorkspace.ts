import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sidecarOf } from '../../src/core/evaluation/generations';
import type { ReviewOutput } from '../../src/core/review/session';
import { makeEvaluation } from '../unit/core/review/study';
import { drawStudy, type StudyOptions } from './compareStudy';
import { workspaceWith, type Workspace } from './workspaces';

/** A workspace whose outputs are all made, and nothing is rated. */
export async function studyWorkspace(study: StudyOptions): Promise<{ readonly workspace: Workspace; readonly outputs: readonly ReviewOutput[] }> {
  const workspace = await workspaceWith('# Portraits\n\n### Phase 1: Review\n\n#### Task 1.1: Quality Review\n- [ ] Review all generated images\n', 'portraits');
  const outputs = await drawStudy(workspace.folder, study);
  for (const { generation, outputPath } of outputs) {
    await writeFile(sidecarOf(outputPath), JSON.stringify({ ...generation, output: { ...generation.output, file: path.basename(outputPath) } }));
  }
  const evaluation = makeEvaluation(study.models, { name: 'Portraits', ...(study.edits && { edits: study.edits as ReturnType<typeof makeEvaluation>['edits'] }), failureModes: ['Edit ignored', 'Wrong angle', 'Different face', 'Hair changed', 'Anatomy', 'Background changed', 'Blurred'] });
  await writeFile(path.join(path.dirname(workspace.plan), 'evaluation.json'), JSON.stringify(evaluation, undefined, 2));
  await mkdir(path.join(workspace.folder, '.vscode'), { recursive: true });
  return { workspace, outputs };
}
