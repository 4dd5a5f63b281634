export interface JsonStyle {
  readonly indent: string;
  readonly lineEnd: string;
  /** What stands behind the last bracket. */
  readonly end: string;
}

/** How a JSON file is laid out, so that a rewrite differs only where its content does. */
export function styleOf(text: string | undefined): JsonStyle {
  if (text === undefined) return { indent: '  ', lineEnd: '\n', end: '\n' };
  return {
    indent: /^[{[]\r?\n([ \t]+)/.exec(text.trimStart())?.[1] ?? '  ',
    lineEnd: text.includes('\r\n') ? '\r\n' : '\n',
    end: /\s*$/.exec(text)?.[0] ?? '\n',
  };
}

/** The value with the keys of each object in the order of `former`; new keys follow. List items are paired by `id`. */
export function orderKeys(value: unknown, former: unknown): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.map((item, index) => orderKeys(item, counterpart(item, index, former)));
  }
  if (!isObject(value)) return value;
  const known = isObject(former) ? former : {};
  const keys = [...Object.keys(known).filter((key) => key in value), ...Object.keys(value).filter((key) => !(key in known))];
  return Object.fromEntries(keys.map((key) => [key, orderKeys(value[key], known[key])]));
}

function counterpart(item: unknown, index: number, former: unknown): unknown {
  if (!Array.isArray(former)) return undefined;
  const others: readonly unknown[] = former;
  if (!isObject(item) || item['id'] === undefined) return others[index];
  return others.find((other) => isObject(other) && other['id'] === item['id']);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
