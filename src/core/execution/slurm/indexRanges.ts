/** Sorted numbers as Slurm writes them: `0-2,5`. */
export function formatIndices(indices: readonly number[]): string {
  const sorted = [...indices].sort((left, right) => left - right);
  const ranges: [number, number][] = [];
  for (const index of sorted) {
    const last = ranges.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

/** Of `0-2,5`, `[0-2,5%4]` or `7`; what is no number is left out. */
export function* parseIndices(text: string): Generator<number> {
  for (const range of text.replace(/^\[|\]$/g, '').replace(/%\d+\]?$/, '').split(',')) {
    const found = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range.trim());
    if (!found) continue;
    const from = Number(found[1]);
    const to = Math.min(Number(found[2] ?? from), from + 10_000_000);
    for (let index = from; index <= to; index += Math.max(1, Number(found[3] ?? 1))) yield index;
  }
}
