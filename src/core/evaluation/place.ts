/** A value and the way to it. Every check reports at most one problem. */
export class Place {
  constructor(
    private readonly path: string,
    readonly value: unknown,
    private readonly problems: string[],
  ) {}

  at(key: string): Place {
    const value = typeof this.value === 'object' && this.value !== null ? (this.value as Record<string, unknown>)[key] : undefined;
    return new Place(this.path === '' ? key : `${this.path}.${key}`, value, this.problems);
  }

  optional(): Place | undefined {
    return this.value === undefined ? undefined : this;
  }

  report(problem: string): undefined {
    this.problems.push(`${this.path === '' ? 'the file' : this.path} ${problem}`);
    return undefined;
  }

  isObject(): boolean {
    if (typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)) return true;
    this.expected('an object');
    return false;
  }

  /** Checks every item and returns the ids that `check` returns; a second item with the same id is a problem. */
  each(check: (item: Place) => string | undefined): readonly string[] {
    if (!Array.isArray(this.value)) {
      this.expected('a list');
      return [];
    }
    const ids: string[] = [];
    for (const [index, value] of (this.value as readonly unknown[]).entries()) {
      const item = new Place(`${this.path}[${index}]`, value, this.problems);
      const id = check(item);
      if (id === undefined) continue;
      if (ids.includes(id)) item.report(`repeats "${id}"`);
      ids.push(id);
    }
    return ids;
  }

  is(expected: number): void {
    if (this.value !== expected) this.expected(String(expected));
  }

  oneOf(options: readonly string[]): void {
    if (typeof this.value !== 'string' || !options.includes(this.value)) this.expected(`one of ${options.map((option) => `"${option}"`).join(', ')}`);
  }

  anyText(): string | undefined {
    return typeof this.value === 'string' ? this.value : this.expected('text');
  }

  text(): string | undefined {
    return typeof this.value === 'string' && this.value.trim() !== '' ? this.value : this.expected('text');
  }

  oneLine(): string | undefined {
    return typeof this.value === 'string' && this.value.trim() !== '' && !/[\0\n\r]/.test(this.value) ? this.value : this.expected('one line of text');
  }

  /** @param what the pattern in words: "a size such as …" */
  matches(pattern: RegExp, what: string): string | undefined {
    return typeof this.value === 'string' && pattern.test(this.value) ? this.value : this.expected(what);
  }

  /** Safe as a file name on every system. */
  identifier(): string | undefined {
    if (typeof this.value === 'string' && /^[A-Za-z0-9][\w.-]{0,99}$/.test(this.value) && !this.value.includes('--') && !this.value.endsWith('.')) return this.value;
    return this.expected('a short name of letters, digits, single "-", "_" and "."');
  }

  number(minimum: number, maximum = Number.POSITIVE_INFINITY): number | undefined {
    if (typeof this.value === 'number' && this.value >= minimum && this.value <= maximum) return this.value;
    return this.expected(Number.isFinite(maximum) ? `a number from ${minimum} to ${maximum}` : `a number of at least ${minimum}`);
  }

  whole(minimum: number, maximum: number): number | undefined {
    if (Number.isSafeInteger(this.value) && Number(this.value) >= minimum && Number(this.value) <= maximum) return Number(this.value);
    return this.expected(`a whole number from ${minimum} to ${maximum}`);
  }

  private expected(what: string): undefined {
    return this.report(`must be ${what}, but ${spoken(this.value)}`);
  }
}

function spoken(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'is an object';
  const shown = JSON.stringify(value);
  return `is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`;
}
