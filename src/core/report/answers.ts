/** A question of the plan and what the person wrote to it, Markdown as they wrote it. */
export interface Answer {
  readonly question: string;
  readonly text: string;
}

/** Answers as they stand in a document, under their questions. */
export function answersMarkdown(answers: readonly Answer[]): string {
  return answers
    .filter(({ text }) => text.trim() !== '')
    .map(({ question, text }) => `${heading(question)}\n\n${text.trim()}`)
    .join('\n\n');
}

/** Reads the answers back, so that a person goes on from what they wrote. */
export function answersIn(markdown: string, questions: readonly string[]): readonly Answer[] {
  const lines = markdown.split('\n');
  const starts = questions.map((question) => lines.indexOf(heading(question)));
  return questions.flatMap((question, index) => {
    const start = starts[index] ?? -1;
    if (start === -1) return [];
    const next = Math.min(...starts.filter((other) => other > start), lines.length);
    return [{ question, text: lines.slice(start + 1, next).join('\n').trim() }];
  });
}

function heading(question: string): string {
  return `**${question.replace(/\*\*/g, '').replace(/\s+/g, ' ').trim()}**`;
}
