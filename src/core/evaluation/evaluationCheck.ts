import { checkExecutor } from './executorCheck';
import { Place } from './place';

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
  const measurements = root.at('measurements').optional();
  if (measurements?.isObject()) measurements.at('folder').optional()?.text();
  root.at('results').text();
  checkExecutor(root.at('executor').optional());
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
  const captions = edit.at('captions').optional();
  captions?.each((caption) => void caption.text());
  if (Array.isArray(captions?.value) && captions.value.length !== 2) captions.report('must hold two texts: what a source shows, and what the output should show');
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
