import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { decisionParts } from './decision';
import type { GivenDecision } from './givenDecision';
import { replaceFile } from './replaceFile';

/** What a person has written of a decision and not yet into any document; machine state, in the plan's storage. */
export class DecisionDraft {
  private readonly file: string;
  private saving: Promise<void> = Promise.resolve();
  private wanted: GivenDecision | undefined;

  constructor(storage: string) {
    this.file = path.join(storage, 'decision-draft.json');
  }

  /** Empty where there is none, or where somebody else's file is in its place. */
  async read(): Promise<GivenDecision> {
    await this.saving;
    try {
      return given(JSON.parse(await readFile(this.file, 'utf8')));
    } catch {
      return nothing;
    }
  }

  /** Keys come faster than disks: only the newest of what waits is written. */
  save(draft: GivenDecision): Promise<void> {
    this.wanted = draft;
    this.saving = this.saving.then(async () => {
      const next = this.wanted;
      this.wanted = undefined;
      if (!next) return;
      if (isEmpty(next)) await rm(this.file, { force: true });
      else await replaceFile(this.file, `${JSON.stringify(next, undefined, 2)}\n`);
    });
    return this.saving;
  }
}

export const nothing: GivenDecision = { parts: {}, answers: {} };

export function isEmpty({ parts, answers }: GivenDecision): boolean {
  return Object.keys(parts).length === 0 && Object.values(answers).every((all) => all.length === 0);
}

function given(value: unknown): GivenDecision {
  const { parts, answers } = (value ?? {}) as { readonly parts?: Record<string, unknown>; readonly answers?: Record<string, unknown> };
  return {
    parts: Object.fromEntries(decisionParts.flatMap((part) => (typeof parts?.[part] === 'string' ? [[part, parts[part]]] : []))),
    answers: Object.fromEntries(
      Object.entries(answers ?? {}).map(([letter, all]) => [
        letter,
        (Array.isArray(all) ? (all as readonly unknown[]) : []).flatMap((answer) => {
          const { question, text } = (answer ?? {}) as { readonly question?: unknown; readonly text?: unknown };
          return typeof question === 'string' && typeof text === 'string' ? [{ question, text }] : [];
        }),
      ]),
    ),
  };
}
