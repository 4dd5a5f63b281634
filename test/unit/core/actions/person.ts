import type { Ask, ConfirmQuestion, LinkedStep, TextQuestion } from '../../../../src/core/actions/action';
import { makeContext, nobody } from '../../actionContext';
import type { TestRepository } from '../repository/testRepository';

/** A person who answers as told and whose questions are kept. */
export function person(answers: { readonly confirm?: boolean | undefined; readonly texts?: readonly (string | undefined)[]; readonly choice?: string | undefined } = {}) {
  const asked: { readonly confirms: ConfirmQuestion[]; readonly texts: TextQuestion[]; readonly choices: Parameters<Ask['choose']>[0][] } = { confirms: [], texts: [], choices: [] };
  const texts = [...(answers.texts ?? [])];
  const ask: Ask = {
    ...nobody,
    confirm: async (question) => (asked.confirms.push(question), answers.confirm),
    text: async (question) => (asked.texts.push(question), texts.shift()),
    choose: async (question) => (asked.choices.push(question), answers.choice === undefined ? undefined : [answers.choice]),
  };
  return { ask, asked };
}

export function contextIn(repository: TestRepository, overrides: Parameters<typeof makeContext>[1] = {}) {
  return makeContext(repository.folder, overrides);
}

export function withTask(linked: LinkedStep, id: string): LinkedStep {
  return { ...linked, task: { ...linked.task, id } };
}
