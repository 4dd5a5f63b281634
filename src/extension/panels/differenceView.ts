import { differenceLines, type ComparedLine } from '../../core/report/difference';
import type { DocumentChange } from '../../core/runner/rehearseDecision';
import type { FileView, LineView } from '../../webviews/decide/contract';

/** A document's change as the panel shows it, with a few lines around each. */
export function differenceView({ file, before, after }: DocumentChange): FileView {
  const lines = differenceLines(before, after, 2);
  const count = (wanted: ComparedLine['sign']): number => lines.filter(({ sign }) => sign === wanted).length;
  return { file, added: count('+'), removed: count('-'), lines: lines.slice(0, mostLines).map(({ sign, text }) => ({ kind: kinds[sign], text: text.slice(0, longestLine) })) };
}

const mostLines = 2_000;
const longestLine = 2_000;

const kinds: Readonly<Record<ComparedLine['sign'], LineView['kind']>> = { ' ': 'same', '-': 'removed', '+': 'added', '…': 'gap' };
