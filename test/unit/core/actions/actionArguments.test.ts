import { expect, it } from 'vitest';
import { actionNames, type ActionName } from '../../../../src/core/actions/action';
import { argumentsOf } from '../../../../src/core/actions/actionArguments';
import { linkPlan } from '../../../../src/core/actions/link';
import { parsePlan } from '../../../../src/core/plan/parse';
import { analysisParts } from '../../../../src/core/report/analysis';
import { decisionParts } from '../../../../src/core/report/decision';
import { documentSectionNames } from '../../../../src/core/report/documentSections';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const valuesOf = (action: ActionName, name: string) => argumentsOf(action).find((argument) => argument.name === name)?.values;

it('offers the values that the actions know', () => {
  expect(valuesOf('analyze', 'part')).toEqual(analysisParts());
  expect(valuesOf('decide', 'part')).toEqual(decisionParts);
  expect(valuesOf('document', 'section')).toEqual(documentSectionNames);
});

it('names each argument once', () => {
  for (const action of actionNames) {
    const names = argumentsOf(action).map(({ name }) => name);
    expect(new Set(names).size, action).toBe(names.length);
  }
});

it('knows every argument that rules give to the steps of the sample', () => {
  const plan = parsePlan(readFileSync(path.resolve(import.meta.dirname, '../../../../test_data/sample/plans/tiny-editors/tasks.md')));
  const links = [...linkPlan(plan).values()];
  expect(links.length).toBeGreaterThan(50);
  for (const { action, arguments: args, candidates } of links) {
    const known = argumentsOf(action).map(({ name }) => name);
    for (const name of [args, ...candidates].flatMap(Object.keys)) expect(known, `${action} ${name}`).toContain(name);
  }
});
