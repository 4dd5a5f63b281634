/**
 * Many objects of one kind as columns: what they share (prompts, models, files of a checkpoint) is written once. Reading a
 * hundred thousand sidecars back takes a fraction of a second this way, and equal parts are one object in memory.
 */
export interface PackedObjects {
  readonly count: number;
  readonly columns: readonly Column[];
}

interface Column {
  /** A key, or a key and one inside of it. */
  readonly path: readonly string[];
  readonly values: readonly unknown[];
  /** For each object the index of its value, -1 for none; left out where each has its own. */
  readonly at?: readonly number[];
}

/** @param opened keys whose objects differ in their parts, each of which gets a column of its own */
export function packObjects(objects: readonly object[], opened: readonly string[]): PackedObjects {
  const columns = new Map<string, { readonly path: readonly string[]; readonly cells: unknown[] }>();
  objects.forEach((object, row) => {
    for (const [path, value] of cellsOf(object, opened)) {
      const key = path.join('\0');
      const column = columns.get(key) ?? { path, cells: [] };
      columns.set(key, column);
      column.cells[row] = value;
    }
  });
  return { count: objects.length, columns: [...columns.values()].map(({ path, cells }) => columnOf(path, cells, objects.length)) };
}

/** The objects again; parts that are equal are shared. Throws on anything that `packObjects` has not made. */
export function unpackObjects({ count, columns }: PackedObjects): readonly Readonly<Record<string, unknown>>[] {
  const objects = Array.from({ length: count }, (): Record<string, unknown> => ({}));
  for (const { path: [key = '', inner], values, at } of columns) {
    if (key === '__proto__' || inner === '__proto__') throw new Error('No key of an object');
    objects.forEach((object, row) => {
      const index = at ? (at[row] ?? -1) : row;
      if (index < 0 || index >= values.length) return;
      if (inner === undefined) object[key] = values[index];
      else ((object[key] ??= {}) as Record<string, unknown>)[inner] = values[index];
    });
  }
  return objects;
}

function* cellsOf(object: object, opened: readonly string[]): Generator<readonly [readonly string[], unknown]> {
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    if (key === '__proto__' || value === undefined) continue;
    if (opened.includes(key) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [inner, part] of Object.entries(value) as [string, unknown][]) if (inner !== '__proto__' && part !== undefined) yield [[key, inner], part];
    } else {
      yield [[key], value];
    }
  }
}

function columnOf(path: readonly string[], cells: readonly unknown[], count: number): Column {
  const places = new Map<string, number>();
  const values: unknown[] = [];
  const at: number[] = [];
  for (let row = 0; row < count; row++) {
    const value = cells[row];
    if (value === undefined) {
      at.push(-1);
      continue;
    }
    const text = JSON.stringify(value);
    let place = places.get(text);
    if (place === undefined) places.set(text, (place = values.push(value) - 1));
    at.push(place);
  }
  return values.length === count ? { path, values } : { path, values, at };
}
