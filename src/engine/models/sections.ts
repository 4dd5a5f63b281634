/** Consecutive layers of a model that make one graph, with what comes before the first and behind the last where they belong to it. */
export interface Section {
  readonly first: number;
  /** One past the last layer. */
  readonly end: number;
}

/** All layers in order, at most so many at a time. */
export function sectionsOf(layers: number, perSection: number): readonly Section[] {
  const size = Math.max(1, Math.trunc(perSection));
  return Array.from({ length: Math.ceil(layers / size) }, (_, index) => ({ first: index * size, end: Math.min(layers, (index + 1) * size) }));
}
