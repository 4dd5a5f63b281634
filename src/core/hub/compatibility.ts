import { familyOfBase, weightFactsText, type WeightFacts } from './lora';

export interface Compatibility {
  readonly verdict: 'fits' | 'other version' | 'other family' | 'unknown';
  /** Sentences, what decides first. */
  readonly facts: readonly string[];
}

export interface Claims {
  readonly repository: string;
  readonly baseModels: readonly string[];
}

/** Whether a candidate works on a base model: what its card claims, and what its weights say where they were read. */
export function judgeCompatibility({ repository, baseModels }: Claims, base: string, weights?: WeightFacts): Compatibility {
  const claimed = verdictOfClaims(repository, baseModels, base);
  const facts = [baseModels.length > 0 ? `The card names ${baseModels.join(', ')} as its base.` : 'The card names no base model.'];
  if (!weights) return { verdict: claimed, facts };
  const said = `The weights are a ${weightFactsText(weights)}.`;
  const expected = familyOfBase(base);
  if (weights.family && expected && weights.family !== expected) {
    const contradiction = claimed === 'fits' || claimed === 'other version' ? ['Card and weights contradict each other.'] : [];
    return { verdict: 'other family', facts: [said, ...contradiction, ...facts] };
  }
  if (claimed === 'unknown' && weights.family && weights.family === expected) return { verdict: 'other version', facts: [said, ...facts] };
  return { verdict: claimed, facts: [...facts, said] };
}

function verdictOfClaims(repository: string, baseModels: readonly string[], base: string): Compatibility['verdict'] {
  if (same(repository, base) || baseModels.some((model) => same(model, base))) return 'fits';
  if (baseModels.length === 0) return 'unknown';
  return baseModels.some((model) => lineOf(model) === lineOf(base)) ? 'other version' : 'other family';
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** `Qwen/Qwen-Image-Edit-2509` and `Qwen/Qwen-Image-Edit` are versions of one line: owner and name without numbers. */
function lineOf(repository: string): string {
  return repository.toLowerCase().replace(/[-_.]v?\d[\d.]*(?=[-_.]|$)/g, '');
}
