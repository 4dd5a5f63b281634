import { fail, ok, type Failure, type Result } from '../../core/outcome';

/** What one component of a checkpoint needs, from the headers of its files; bytes of the device's memory. */
export interface ComponentNeed {
  /** As people know it: "the transformer". */
  readonly name: string;
  /** Held while it is loaded. Weights that stay mapped from their file take nothing. */
  readonly weights: number;
  /** Held beside them while it computes. */
  readonly work: number;
  /** Bytes of its largest block and how many there are, where it can be computed block by block. */
  readonly blocks?: { readonly bytes: number; readonly count: number };
}

export interface MemoryPlan {
  /** Which components, by their number, may be loaded at the same time; each is in one group. */
  readonly groups: readonly (readonly number[])[];
  /** For each component, in order: how many blocks are loaded at a time; undefined where all are. */
  readonly blocksAtOnce: readonly (number | undefined)[];
  /** Highest expected use. */
  readonly peakBytes: number;
  readonly warnings: readonly string[];
}

export interface Room {
  /** Bytes that are free for the model; undefined where nobody knows. */
  readonly bytes: number | undefined;
  /** "of memory", "of GPU memory". */
  readonly kind: string;
}

/**
 * Decides before anything is loaded what will be loaded when: everything together, the first component before the others
 * (a prompt is encoded once, the rest works for every edit), one after the other, or one even block by block; refused
 * with figures when nothing of that fits.
 */
export function planMemory(needs: readonly ComponentNeed[], { bytes: free, kind }: Room): Result<MemoryPlan> {
  const all = needs.map((_, index) => index);
  const single = all.map((index) => [index]);
  const whole = needs.map(() => undefined);
  // What else runs on this machine needs some of it too.
  const budget = free === undefined ? 0 : free * share;
  for (const groups of [[all], [all.slice(0, 1), all.slice(1)], single]) {
    const peakBytes = most(groups.map((group) => groupBytes(group.map((index) => needs[index]))));
    const isLast = groups === single && free === undefined;
    if (peakBytes <= budget || isLast) return ok({ groups, blocksAtOnce: whole, peakBytes, warnings: [] });
  }

  const blocksAtOnce: (number | undefined)[] = [];
  const peaks: number[] = [];
  const warnings: string[] = [];
  for (const { name, weights, work, blocks } of needs) {
    if (weights + work <= budget) {
      blocksAtOnce.push(undefined);
      peaks.push(weights + work);
      continue;
    }
    const fitting = blocks ? Math.min(blocks.count, Math.floor((budget - work) / blocks.bytes)) : 0;
    if (!blocks || fitting < 1) return fail(tooLarge(name, blocks ? blocks.bytes + work : weights + work, free ?? 0, kind));
    blocksAtOnce.push(fitting);
    peaks.push(fitting * blocks.bytes + work);
    warnings.push(`${sentence(name)} needs ${gigabytes(weights + work)} ${kind} and ${gigabytes(free ?? 0)} are free: ${fitting} of its ${blocks.count} blocks are loaded at a time, which makes each step slower.`);
  }
  return ok({ groups: single, blocksAtOnce, peakBytes: most(peaks), warnings });
}

/** Weights of all, and what the one that computes needs beside them. */
function groupBytes(needs: readonly (ComponentNeed | undefined)[]): number {
  return needs.reduce((sum, need) => sum + (need?.weights ?? 0), 0) + most(needs.map((need) => need?.work ?? 0));
}

function most(values: readonly number[]): number {
  return Math.max(0, ...values);
}

const share = 0.9;

function tooLarge(name: string, needed: number, free: number, kind: string): Failure {
  return {
    code: 'memory-short',
    message: `${sentence(name)} needs at least ${gigabytes(needed)} ${kind} at this size, and ${gigabytes(free)} are free.`,
    advice: 'Set a smaller width and height or "precision": "int4" in evaluation.json, or close other programs.',
    short: `${gigabytes(Math.max(0, needed - free))} short`,
  };
}

function sentence(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
