import { createInterface } from 'node:readline/promises';
import type { Ask, ChooseQuestion } from '../core/actions/action';

/** A person at a terminal. Without one, only what `--yes` may answer is answered; `--yes` never agrees to a danger. */
export function terminalAsk({ yes }: { readonly yes: boolean }): Ask {
  const somebody = process.stdin.isTTY && process.stderr.isTTY;
  return {
    async choose(question) {
      if (!somebody) return undefined;
      question.options.forEach((option, index) => process.stderr.write(`  ${index + 1}) ${option.label}${option.description ? `  ${option.description}` : ''}\n`));
      return picked(question, await line(`${question.title} [${question.many ? 'numbers, comma-separated' : 'number'}] `));
    },
    async confirm({ title, detail, agree, kind }) {
      if (yes && kind !== 'danger') return true;
      if (!somebody) return undefined;
      if (detail) process.stderr.write(`${detail}\n`);
      const answer = await line(`${title} ${agree}? [y/N] `);
      return /^y(es)?$/i.test(answer.trim());
    },
    async text({ title, value, password }) {
      if (!somebody || password) return undefined;
      const answer = await line(`${title}${value ? ` [${value}]` : ''} `);
      return answer.trim() === '' ? value : answer;
    },
    async files({ title }) {
      if (!somebody) return undefined;
      const answer = await line(`${title} (paths, separated by blanks; empty: none) `);
      const paths = answer.trim().split(/\s+/).filter(Boolean);
      return paths.length > 0 ? paths : undefined;
    },
    async look() {
      return undefined;
    },
  };
}

async function line(prompt: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(prompt);
  } finally {
    reader.close();
  }
}

function picked({ options, many }: ChooseQuestion, answer: string): readonly string[] | undefined {
  const chosen = answer
    .split(',')
    .map((part) => options[Number(part.trim()) - 1]?.id)
    .filter((id) => id !== undefined);
  if (chosen.length === 0) return undefined;
  return many ? chosen : chosen.slice(0, 1);
}
