/**
 * What is wrong with the content of `evaluation.json`, each as `PATH must be …, but is …` with the path as an editor
 * shows it (`models[1].base`). Empty when it is valid.
 */
export function checkEvaluation(value: unknown): readonly string[] {
  const problems: string[] = [];
  const root = new Place('', value, problems);
  if (!root.isObject()) return problems;
  root.at('version').is(1);
  root.at('name').text();
  root.at('hub').optional()?.oneOf(['default', 'sample']);
  const pictures = root.at('pictures');
  if (pictures.isObject()) {
    pictures.at('folder').text();
    pictures.at('files').optional()?.each((file) => file.text());
  }
  const modelIds = root.at('models').each(checkModel);
  root.at('edits').each((edit) => checkEdit(edit, modelIds));
  checkSampler(root.at('sampler'));
  checkEngine(root.at('engine'));
  root.at('criteria').each(checkCriterion);
  root.at('failureModes').each((mode) => mode.text());
  const limits = root.at('limits');
  if (limits.isObject()) {
    limits.at('memoryGigabytes').optional()?.number(0);
    limits.at('secondsPerEdit').optional()?.number(0);
    limits.at('sameCharacterShare').optional()?.number(0, 1);
  }
  const review = root.at('review').optional();
  if (review?.isObject()) {
    review.at('anchors').optional()?.whole(0, 1000);
    review.at('repeats').optional()?.number(0, 0.5);
  }
  root.at('results').text();
  return problems;
}

function checkModel(model: Place): string | undefined {
  if (!model.isObject()) return undefined;
  const id = model.at('id').identifier();
  model.at('title').optional()?.text();
  model.at('base').text();
  model.at('revision').optional()?.text();
  model.at('file').optional()?.text();
  model.at('category').optional()?.text();
  model.at('range').optional()?.oneOf(['0..1', '-1..1', '0..255']);
  const transformer = model.at('transformer').optional();
  if (transformer?.isObject()) checkPlace(transformer);
  model.at('loras').optional()?.each((lora) => {
    if (!lora.isObject()) return undefined;
    checkPlace(lora);
    lora.at('scale').optional()?.number(-10, 10);
    return undefined;
  });
  const sampler = model.at('sampler').optional();
  if (sampler?.isObject()) {
    sampler.at('steps').optional()?.whole(1, 1000);
    sampler.at('guidance').optional()?.number(0, 100);
    sampler.at('scheduler').optional()?.oneOf(schedulers);
  }
  return id;
}

/** Where a file lies on the Hub or in the workspace. */
function checkPlace(entry: Place): void {
  entry.at('repository').text();
  entry.at('revision').optional()?.text();
  entry.at('file').optional()?.text();
}

function checkEdit(edit: Place, modelIds: readonly string[]): string | undefined {
  if (!edit.isObject()) return undefined;
  const id = edit.at('id').identifier();
  edit.at('kind').oneOf(['background', 'lighting', 'angle', 'style', 'other']);
  edit.at('prompt').text();
  edit.at('negativePrompt').optional()?.anyText();
  edit.at('models').optional()?.each((model) => {
    const named = model.text();
    if (named !== undefined && !modelIds.includes(named)) model.report(`must be the id of a model (${modelIds.join(', ')}), but is "${named}"`);
    return undefined;
  });
  edit.at('references').optional()?.each((file) => file.text());
  return id;
}

const schedulers = ['auto', 'checkpoint', 'lightning'];

function checkSampler(sampler: Place): void {
  if (!sampler.isObject()) return;
  sampler.at('steps').whole(1, 1000);
  sampler.at('guidance').number(0, 100);
  const seeds = sampler.at('seeds');
  seeds.each((seed) => String(seed.whole(0, Number.MAX_SAFE_INTEGER)));
  if (Array.isArray(seeds.value) && seeds.value.length === 0) seeds.report('must hold at least one seed');
  sampler.at('width').optional()?.whole(16, 8192);
  sampler.at('height').optional()?.whole(16, 8192);
  sampler.at('scheduler').optional()?.oneOf(schedulers);
  sampler.at('noise').optional()?.oneOf(['philox', 'torch']);
  sampler.at('referenceResolution').optional()?.whole(64, 2048);
}

function checkEngine(engine: Place): void {
  if (!engine.isObject()) return;
  engine.at('device').oneOf(['auto', 'cuda', 'webgpu', 'coreml', 'directml', 'cpu']);
  engine.at('precision').oneOf(['auto', 'float32', 'bfloat16', 'float16', 'int8', 'int4', 'nf4']);
}

function checkCriterion(criterion: Place): string | undefined {
  if (!criterion.isObject()) return undefined;
  const id = criterion.at('id').identifier();
  criterion.at('label').text();
  criterion.at('weight').number(0);
  criterion.at('kind').oneOf(['scale', 'yesNo', 'count']);
  if (criterion.at('kind').value === 'scale') {
    const minimum = criterion.at('minimum').whole(-100, 100);
    const maximum = criterion.at('maximum').whole(-100, 100);
    if (minimum !== undefined && maximum !== undefined && minimum >= maximum) criterion.at('maximum').report(`must be more than minimum (${minimum}), but is ${maximum}`);
    const anchors = criterion.at('anchors').optional();
    anchors?.each((anchor) => anchor.text());
    if (Array.isArray(anchors?.value) && anchors.value.length !== 2) anchors.report('must hold two texts, lowest first');
  }
  return id;
}

/** A value and the way to it. Every check reports at most one problem. */
class Place {
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
