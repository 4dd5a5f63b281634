import { bytesText } from './bytesText';
import { purposesOfName, purposeText, type Purpose, type PurposeQuote } from './cardPurpose';
import type { Evidence } from './evidence';
import { familyOfBase } from './lora';
import { familyText } from './loraFamily';

/** Something a person should know before believing a card, a name or a list. */
export interface Warning {
  /** An error means that it cannot work on the plan's base. */
  readonly severity: 'error' | 'warning';
  /** Short, for a cell: "weights say FLUX.1". */
  readonly short: string;
  /** Whole sentences. */
  readonly text: string;
}

/** What somebody takes a model to be for: the plan's line, the category it was put into, a high score. */
export interface Expectation {
  /** As a sentence begins: "The plan", "Its category". */
  readonly source: string;
  readonly purpose: Purpose;
}

/** Where claims, files and expectations do not go together, what is worst first. */
export function contradictions(evidence: Evidence, base: string | undefined, expected: readonly Expectation[] = []): readonly Warning[] {
  const found = [
    otherFamily(evidence, base),
    adapterBase(evidence),
    controlNet(evidence, base),
    generationModel(evidence, base),
    purposeDiffers(evidence, expected),
    secondInput(evidence),
    smallWeights(evidence),
    noSafeWeights(evidence),
  ].filter((warning) => warning !== undefined);
  return [...found.filter(({ severity }) => severity === 'error'), ...found.filter(({ severity }) => severity === 'warning')];
}

function otherFamily({ facts, weights }: Evidence, base: string | undefined): Warning | undefined {
  const family = weights?.facts.family;
  if (!weights || !family) return undefined;
  const claimed = facts.baseModels[0];
  const claimedFamily = claimed === undefined ? undefined : familyOfBase(claimed);
  const wanted = base === undefined ? undefined : familyOfBase(base);
  const found = familyText[family];
  const read = `Found in ${bytesText(weights.headerBytes)} of the file's header; nothing was downloaded.`;
  if (claimed !== undefined && claimedFamily !== undefined && claimedFamily !== family) {
    const effect = wanted !== undefined && wanted !== family ? ` This ${kindOf(weights.facts.kind)} cannot load on the plan's base.` : '';
    return { severity: 'error', short: `weights say ${found}`, text: `Card and weights name different models. The card says ${shortName(claimed)}, the weights say ${found}.${effect} ${read}` };
  }
  if (wanted === undefined || wanted === family || base === undefined) return undefined;
  return { severity: 'error', short: `weights say ${found}`, text: `The weights are for ${found}; the plan's base ${shortName(base)} is of another family, so they cannot load on it. ${read}` };
}

function adapterBase({ facts, configs }: Evidence): Warning | undefined {
  const trained = configs.adapterBase;
  if (trained === undefined || !trained.includes('/') || facts.baseModels.length === 0) return undefined;
  if (facts.baseModels.some((model) => model.toLowerCase() === trained.toLowerCase())) return undefined;
  const [trainedFamily, claimedFamily] = [familyOfBase(trained), familyOfBase(facts.baseModels[0] ?? '')];
  const severity = trainedFamily !== undefined && claimedFamily !== undefined && trainedFamily !== claimedFamily ? 'error' : 'warning';
  return { severity, short: `trained on ${shortName(trained)}`, text: `The card names ${facts.baseModels.map(shortName).join(', ')} as its base, adapter_config.json says that it was trained on ${trained}.` };
}

/** A ControlNet is a network beside the model, made for one model; no editor takes it as a LoRA. */
function controlNet({ facts, weights, configs }: Evidence, base: string | undefined): Warning | undefined {
  const proof =
    weights?.facts.kind === 'controlnet' ? 'its keys are a ControlNet’s'
    : /ControlNet/.test(configs.modelClass ?? '') ? `config.json names the class ${configs.modelClass ?? ''}`
    : /controlnet/i.test(facts.repository) && weights?.facts.kind !== 'lora' ? 'its name says so'
    : undefined;
  if (proof === undefined) return undefined;
  const [claimed] = facts.baseModels;
  const steers = claimed === undefined ? '' : ` It steers ${shortName(claimed)}${isEditor(claimed) ? '' : ', which makes pictures from words'}.`;
  const effect = base === undefined ? '' : ` It is no LoRA for ${shortName(base)}.`;
  return { severity: 'error', short: 'a ControlNet', text: `This is a ControlNet: ${proof}.${steers}${effect}` };
}

/** `Qwen/Qwen-Image` and `Qwen/Qwen-Image-Edit-2509` have the same keys and shapes, so only names and classes tell them apart. */
function generationModel({ facts, configs }: Evidence, base: string | undefined): Warning | undefined {
  if (base === undefined || !isEditor(base) || facts.baseModels.some(isEditor)) return undefined;
  const [claimed] = facts.baseModels;
  const pipeline = configs.pipelineClass;
  if (claimed !== undefined && familyOfBase(claimed) !== undefined) {
    return { severity: 'error', short: `${shortName(claimed)}, not Edit`, text: `It was made for ${shortName(claimed)}, which makes pictures from words. The plan's base ${shortName(base)} edits pictures; their keys look alike, but what they learned differs.` };
  }
  if (pipeline === undefined || /Edit|Kontext|Inpaint|Img2Img|Pix2Pix|Fill/i.test(pipeline)) return undefined;
  return { severity: 'warning', short: 'makes, not edits', text: `model_index.json names ${pipeline}, a pipeline that makes pictures from words. The plan's base ${shortName(base)} edits pictures.` };
}

/** What plans ask for. That a card also speaks of other things is no reason for doubt. */
const asked: ReadonlySet<Purpose> = new Set<Purpose>(['angles', 'identity', 'lighting']);
/** Telling the parts of a face apart serves to keep it: the plan's own words for it are "identity verification". */
const serves: Partial<Readonly<Record<Purpose, readonly Purpose[]>>> = { identity: ['segmentation', 'retouching'] };

function purposeDiffers({ facts, reading }: Evidence, expected: readonly Expectation[]): Warning | undefined {
  const spoken = new Set(reading.purposes.map(({ purpose }) => purpose));
  if (spoken.size === 0) return undefined;
  const all = [...expected, ...purposesOfName(facts.repository).map((purpose): Expectation => ({ source: 'The name', purpose }))];
  const missing = all.find(({ purpose }) => asked.has(purpose) && !spoken.has(purpose) && !serves[purpose]?.some((other) => spoken.has(other)));
  const said = reading.purposes.find(({ purpose }) => purpose !== 'speed');
  if (!missing || !said) return undefined;
  const verb = missing.source === 'The name' ? 'speaks of' : 'expects';
  return { severity: 'warning', short: `card: ${purposeText(said.purpose)}`, text: `${missing.source} ${verb} ${purposeText(missing.purpose)}, the card does not. It speaks of ${purposeText(said.purpose)}: ${quoted(said)}.` };
}

function quoted({ quote, line }: PurposeQuote): string {
  return `“${quote}” (line ${line})`;
}

function secondInput({ reading }: Evidence): Warning | undefined {
  if (reading.secondInput === undefined) return undefined;
  return { severity: 'warning', short: 'two inputs', text: `One picture may not be enough: the card speaks of “${reading.secondInput}”.` };
}

/** A Lightning LoRA of 92 kB was once noted as fine; its sibling has 850 MB. */
function smallWeights({ weights }: Evidence): Warning | undefined {
  if (!weights?.facts.family || weights.size >= 1_000_000) return undefined;
  return { severity: 'warning', short: `only ${bytesText(weights.size)}`, text: `${weights.path} has only ${bytesText(weights.size)}. Weights for ${familyText[weights.facts.family]} have tens of megabytes or more; this may be a cut or a test.` };
}

function noSafeWeights({ tree }: Evidence): Warning | undefined {
  const has = (pattern: RegExp) => tree.files.some(({ path }) => pattern.test(path));
  if (has(/\.(?:safetensors|onnx)$/i)) return undefined;
  if (has(/\.gguf$/i)) return { severity: 'warning', short: 'GGUF only', text: 'Its only weights are GGUF files, which Python pipelines for whole checkpoints do not read.' };
  if (has(/\.(?:bin|pt|pth|ckpt|pkl)$/i)) return { severity: 'warning', short: 'pickles only', text: 'Its only weights are pickles, which can run code when they are read. They are not downloaded unless a step names them.' };
  return { severity: 'warning', short: 'no weights', text: 'The repository holds no weights.' };
}

/** By name: what edits pictures says so. */
function isEditor(repository: string): boolean {
  return /edit|kontext|pix2pix|inpaint|fill\b/i.test(shortName(repository));
}

function kindOf(kind: 'lora' | 'controlnet' | 'model'): string {
  return kind === 'lora' ? 'LoRA' : kind === 'controlnet' ? 'ControlNet' : 'model';
}

function shortName(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}
