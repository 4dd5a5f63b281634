import { bytesText } from './bytesText';
import { purposeText } from './cardPurpose';
import type { Evidence, WeightsRead } from './evidence';
import { familyOfBase } from './lora';
import { familyText } from './loraFamily';

/** One thing that a card claims beside what the files say of it. */
export interface Claim {
  readonly subject: string;
  readonly card: string | undefined;
  readonly files: string | undefined;
  readonly sign: 'agrees' | 'differs' | 'contradicts' | 'not claimed';
}

/** All that can be held side by side, in an order that stays. */
export function claimsOf(evidence: Evidence): readonly Claim[] {
  return [baseClaim(evidence), relationClaim(evidence), rankClaim(evidence), layersClaim(evidence), triggerClaim(evidence), trainedClaim(evidence), licenceClaim(evidence), purposeClaim(evidence), fileClaim(evidence)].filter((claim) => claim !== undefined);
}

function baseClaim({ facts, weights, configs }: Evidence): Claim {
  const card = facts.baseModels.map(shortName).join(', ') || undefined;
  const named = configs.adapterBase ?? weights?.metadata['ss_base_model_version'] ?? weights?.metadata['modelspec.architecture'] ?? weights?.metadata['ss_sd_model_name'];
  const family = weights?.facts.family;
  const files = [family ? familyBlocks(family, weights) : undefined, named ? `${shortName(named).slice(0, 60)}, in its metadata` : undefined].filter((part) => part !== undefined).join('; ') || undefined;
  const claimed = facts.baseModels.map(familyOfBase).find((found) => found !== undefined);
  if (card === undefined || files === undefined) return { subject: 'Base model', card, files, sign: 'not claimed' };
  if (family && claimed) return { subject: 'Base model', card, files, sign: family === claimed ? 'agrees' : 'contradicts' };
  const same = named !== undefined && facts.baseModels.some((model) => plain(named).includes(plain(shortName(model))) || plain(model).includes(plain(named)));
  return { subject: 'Base model', card, files, sign: same ? 'agrees' : named === undefined ? 'not claimed' : 'differs' };
}

function familyBlocks(family: keyof typeof familyText, weights: WeightsRead | undefined): string {
  const blocks = weights?.facts.blocks ?? 0;
  return `${familyText[family]}${blocks > 0 ? `, ${blocks} ${blocks === 1 ? 'block' : 'blocks'}` : ''}`;
}

function relationClaim({ facts, weights, configs }: Evidence): Claim {
  const kind = weights?.facts.kind ?? (/ControlNet/.test(configs.modelClass ?? '') ? 'controlnet' : undefined);
  const files = kind === 'lora' ? 'LoRA, no full weights' : kind === 'controlnet' ? 'ControlNet' : kind === 'model' ? (configs.pipelineClass ?? configs.modelClass ?? 'full weights') : configs.pipelineClass;
  const { relation } = facts;
  if (relation === undefined || files === undefined) return { subject: 'Relation', card: relation, files, sign: 'not claimed' };
  const fits = relation === 'adapter' ? kind !== 'model' : kind !== 'lora';
  return { subject: 'Relation', card: relation, files, sign: fits ? 'agrees' : 'differs' };
}

function rankClaim({ weights, configs, markdown }: Evidence): Claim | undefined {
  const range = weights?.facts.rank;
  if (!range && configs.adapterRank === undefined) return undefined;
  const said = /\b(?:rank|network[_ ]?dim|lora[_ ]?r)\b\**\s*(?:is|of|[:=|])?\s*\**\s*(\d{1,4})\b/i.exec(markdown ?? '')?.[1] ?? configs.adapterRank?.toString();
  const files = range && (range[0] === range[1] ? `${range[0]} in every layer` : `${range[0]} to ${range[1]}`);
  if (said === undefined || !range) return { subject: 'Rank', card: said, files, sign: 'not claimed' };
  return { subject: 'Rank', card: said, files, sign: Number(said) >= range[0] && Number(said) <= range[1] ? 'agrees' : 'contradicts' };
}

function layersClaim({ weights }: Evidence): Claim | undefined {
  if (!weights || weights.facts.targets.length === 0) return undefined;
  const { targets } = weights.facts;
  return { subject: 'Target layers', card: undefined, files: targetGroups(targets).join(', '), sign: 'not claimed' };
}

/** "attn, mlp, mod": what a person asks of a LoRA's reach. */
export function targetGroups(targets: readonly string[]): readonly string[] {
  const groups = targets.map((target) => (/^(?:to|add)_|qkv|attn|^[qkvo]$|_proj$/.test(target) ? 'attn' : /mod|norm/.test(target) ? 'mod' : /proj|mlp|ff|net|linear|fc/.test(target) ? 'mlp' : target));
  return [...new Set(groups)].sort();
}

function triggerClaim({ weights, reading }: Evidence): Claim | undefined {
  const trained = weights?.metadata['modelspec.trigger_phrase'] ?? commonTag(weights?.metadata['ss_tag_frequency']);
  const card = reading.triggers.join(', ') || undefined;
  if (trained === undefined && card === undefined) return undefined;
  const files = trained === undefined ? undefined : `${trained.slice(0, 80)}, in the training metadata`;
  if (card === undefined || trained === undefined) return { subject: 'Trigger word', card, files, sign: 'not claimed' };
  return { subject: 'Trigger word', card, files, sign: plain(card).includes(plain(trained)) || plain(trained).includes(plain(card)) ? 'agrees' : 'differs' };
}

/** The tag that most training captions had, as Kohya's scripts write it: `{"folder": {"tag": count}}`. */
function commonTag(json: string | undefined): string | undefined {
  try {
    const folders = Object.values(JSON.parse(json ?? '{}') as Readonly<Record<string, Readonly<Record<string, number>>>>);
    const counts = new Map<string, number>();
    for (const [tag, count] of folders.flatMap((folder) => Object.entries(folder))) if (typeof count === 'number') counts.set(tag.trim(), (counts.get(tag.trim()) ?? 0) + count);
    const [first, second] = [...counts].sort((left, right) => right[1] - left[1]);
    return first && (!second || first[1] > second[1]) ? first[0] : undefined;
  } catch {
    return undefined;
  }
}

function trainedClaim({ weights, facts }: Evidence): Claim | undefined {
  const seconds = Number(weights?.metadata['ss_training_started_at']);
  const date = Number.isFinite(seconds) && seconds > 1e9 && seconds < 1e11 ? new Date(seconds * 1000).toISOString().slice(0, 10) : weights?.metadata['modelspec.date']?.slice(0, 10);
  if (date === undefined) return undefined;
  return { subject: 'Trained', card: undefined, files: `${date}; last changed ${facts.updatedAt.slice(0, 10)}`, sign: 'not claimed' };
}

function licenceClaim({ facts, weights, tree }: Evidence): Claim {
  const file = tree.files.find(({ path }) => /^licen[cs]e(?:\.\w+)?$/i.test(path))?.path;
  const inWeights = weights?.metadata['modelspec.license'];
  const files = inWeights ?? (file ? `${file}, not compared` : undefined);
  const card = facts.license ?? undefined;
  const differs = card === undefined || (inWeights !== undefined && !plain(inWeights).includes(plain(card)));
  return { subject: 'Licence', card: card ?? 'none given', files, sign: differs ? 'differs' : inWeights === undefined ? 'not claimed' : 'agrees' };
}

function purposeClaim({ reading }: Evidence): Claim | undefined {
  const [first] = reading.purposes;
  if (!first) return undefined;
  return { subject: 'Speaks of', card: reading.purposes.slice(0, 3).map(({ purpose }) => purposeText(purpose)).join(', '), files: undefined, sign: 'not claimed' };
}

function fileClaim({ weights, tree }: Evidence): Claim {
  const count = tree.files.filter(({ path }) => /\.(?:safetensors|gguf|bin|pt|pth|ckpt|onnx)$/i.test(path)).length;
  const files = weights ? `${count} ${count === 1 ? 'file' : 'files'}, ${bytesText(weights.size)}${weights.type ? `, ${weights.type}` : ''}` : `${count} weights files`;
  return { subject: 'File', card: undefined, files, sign: 'not claimed' };
}

function shortName(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '');
}
