import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../../src/core/plan/parse';

const file = path.resolve(import.meta.dirname, '../../../../../shared/plans/qwen-ecosystem-validation/tasks.md');

describe.runIf(existsSync(file))('the plan that Evalmark was conceived for', () => {
  const plan = existsSync(file) ? parsePlan(readFileSync(file)) : parsePlan('');

  it('has exactly its phases, tasks and steps', () => {
    expect(plan.counts).toEqual({ phases: 4, tasks: 19, steps: 102, done: 12, doing: 0, failed: 0 });
    expect(plan.phases.map(({ id, title, tasks }) => [id, title, tasks.length])).toEqual([
      ['1', 'Ecosystem Survey', 3],
      ['2', 'Environment Setup', 6],
      ['3', 'Comparative Testing', 6],
      ['4', 'Analysis & Decision', 4],
    ]);
    expect(plan.tasks.map(({ steps }) => steps.length)).toEqual([4, 10, 5, 3, 5, 4, 6, 4, 6, 6, 5, 5, 7, 6, 6, 6, 4, 5, 5]);
    expect(plan.title).toBe('Qwen Ecosystem Validation - Tasks');
    expect(plan.dialect).toBe('evalmark');
    expect(plan.diagnostics).toEqual([]);
  });

  it('has its dependencies', () => {
    expect(plan.dependencies.map(({ after, before }) => [after, before])).toEqual([
      [['2.4'], ['1.3']],
      [['3.1', '3.2', '3.3', '3.4', '3.5', '3.6'], ['2.1', '2.2', '2.3', '2.4', '2.5', '2.6']],
      [['4.1', '4.2', '4.3', '4.4'], ['3.1', '3.2', '3.3', '3.4', '3.5', '3.6']],
    ]);
  });

  it('has its checkpoints', () => {
    expect(plan.gates.map(({ id, text }) => [id, text])).toEqual([
      ['gate:1.3', 'Confirm model selection before downloading'],
      ['gate:2.6', 'Verify test images are appropriate'],
      ['gate:3.3', 'Sanity check base model results before testing LoRAs'],
      ['gate:4.2', 'Review strategic options before finalizing decision'],
    ]);
  });

  it('has its estimates and fields', () => {
    expect(plan.tasks.filter(({ estimate }) => estimate)).toHaveLength(19);
    expect(plan.tasks.reduce((sum, { estimate }) => sum + (estimate?.maximumMinutes ?? 0), 0)).toBe(15 * 60 + 20);
    expect(plan.tasks.filter(({ fields }) => fields.some(({ name }) => name === 'Status')).map(({ id }) => id)).toEqual(['1.1', '1.2', '1.3']);
    expect(plan.tasks[0]?.deliverable).toBe('17 models identified in model-survey.md');
    expect(plan.criticalPath).toBe('Survey → Setup → Testing → Decision');
    expect(plan.parallelizable).toBe('Model downloads (can work on other tasks while downloading)');
  });

  it('has its shell blocks', () => {
    const blocks = plan.tasks.flatMap((task) => task.blocks.map((block) => ({ task: task.id, ...block })));
    expect(blocks.map(({ task, line, lines }) => [task, line + 1, lines.length])).toEqual([
      ['2.1', 110, 3],
      ['2.2', 128, 4],
      ['2.3', 149, 2],
      ['2.4', 168, 1],
      ['2.5', 187, 2],
      ['3.3', 271, 1],
      ['3.4', 290, 1],
    ]);
    expect(blocks.filter(({ placeholders }) => placeholders.length > 0).map(({ task, placeholders, introduction }) => [task, placeholders, introduction])).toEqual([
      ['2.4', ['model-name'], 'For each selected LoRA:'],
      ['3.4', ['model-name'], 'For each downloaded LoRA:'],
    ]);
  });

  it('has its legend, and bullets that are no steps', () => {
    expect(plan.legend).toEqual({ line: 443, endLine: 447, marks: { todo: ' ', doing: '→', done: '✓', failed: '✗' } });
    const options = plan.tasks.find(({ id }) => id === '4.2')?.steps ?? [];
    expect(options.map(({ details }) => details.length)).toEqual([3, 3, 3, 3]);
    expect(options[0]?.text).toBe('**Option A**: Use existing LoRA(s) as-is');
  });
});
