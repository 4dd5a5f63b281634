import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** What PEFT would build the adapter with: rank, alpha and the modules in which they differ. */
export interface AdapterSettings {
  readonly alpha: number | undefined;
  readonly alphas: Readonly<Record<string, number>>;
  readonly ranks: Readonly<Record<string, number>>;
  readonly rank: number | undefined;
  /** rsLoRA divides by the root of the rank. */
  readonly rankStabilised: boolean;
}

/**
 * The settings that diffusers wrote beside a transformer's LoRA: JSON under `lora_adapter_metadata`, each name with the
 * component before it.
 */
export function adapterSettings(metadata: Readonly<Record<string, string>>): AdapterSettings | undefined | 'unreadable' {
  const text = metadata['lora_adapter_metadata'];
  if (text === undefined) return undefined;
  const found = parse(text);
  if (!found) return 'unreadable';
  // Only other components have settings.
  if (!Object.keys(found).some((key) => key.startsWith('transformer.'))) return undefined;
  return settingsFrom((name) => found[`transformer.${name}`]);
}

/** The settings that PEFT itself writes into adapter_config.json beside the weights. */
export async function configuredSettings(folder: string): Promise<AdapterSettings | undefined | 'unreadable'> {
  const text = await readFile(path.join(folder, 'adapter_config.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const found = parse(text);
  return found ? settingsFrom((name) => found[name]) : 'unreadable';
}

function settingsFrom(at: (name: string) => unknown): AdapterSettings {
  return {
    alpha: positive(at('lora_alpha')),
    alphas: numbers(at('alpha_pattern')),
    rank: positive(at('r')),
    ranks: numbers(at('rank_pattern')),
    rankStabilised: at('use_rslora') === true,
  };
}

/** `alpha / r` as PEFT computes it for a module; 1 where nothing is said. */
export function adapterScale({ alpha, alphas, rank, ranks, rankStabilised }: AdapterSettings, module: string, ownRank: number): number {
  const moduleAlpha = patternValue(alphas, module) ?? alpha;
  if (moduleAlpha === undefined) return 1;
  const moduleRank = patternValue(ranks, module) ?? rank ?? ownRank;
  return moduleAlpha / (rankStabilised ? Math.sqrt(moduleRank) : moduleRank);
}

/**
 * PEFT takes the keys for regular expressions that a module's path must end with. A hostile one could run for ever, so
 * here they are what diffusers writes: paths, with `^` where the whole path is meant.
 */
function patternValue(pattern: Readonly<Record<string, number>>, module: string): number | undefined {
  for (const [key, value] of Object.entries(pattern)) {
    if (key.startsWith('^') ? key.slice(1) === module : key === module || module.endsWith(`.${key}`)) return value;
  }
  return undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => positive(entry[1]) !== undefined));
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
