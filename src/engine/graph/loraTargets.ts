/** The layers that LoRAs touch, by module path, and what inputs a graph needs for each beside a low-rank branch and a bias. */
export type LoraTargets = ReadonlyMap<string, BranchForm>;

export interface BranchForm {
  /** DoRA: outputs of the base are weakened or strengthened. */
  readonly rowGain: boolean;
  /** The same with its inputs. */
  readonly columnGain: boolean;
  /** How many Kronecker products are added: LoKr, and changes of a whole matrix. */
  readonly kronecker: number;
  /** How many element-wise products: LoHa of a high rank. */
  readonly hadamard: number;
}

/** No more than a low-rank branch and a bias. */
export const lowRankOnly: BranchForm = { rowGain: false, columnGain: false, kronecker: 0, hadamard: 0 };

export function lowRankTargets(modulePaths: Iterable<string>): LoraTargets {
  return new Map([...modulePaths].map((path) => [path, lowRankOnly]));
}

/** Branches that serve each of the lists by itself. */
export function joinedTargets(...lists: readonly LoraTargets[]): LoraTargets {
  return combined(lists, Math.max);
}

/** Branches that serve all of the lists at once: a stack's. */
export function stackedTargets(...lists: readonly LoraTargets[]): LoraTargets {
  return combined(lists, (first, second) => first + second);
}

/** Whether a graph with the branches of `there` serves those of `wanted` too. */
export function serves(there: LoraTargets, wanted: LoraTargets): boolean {
  return [...wanted].every(([path, form]) => {
    const own = there.get(path);
    return own !== undefined && own.rowGain >= form.rowGain && own.columnGain >= form.columnGain && own.kronecker >= form.kronecker && own.hadamard >= form.hadamard;
  });
}

function combined(lists: readonly LoraTargets[], count: (first: number, second: number) => number): LoraTargets {
  const all = new Map<string, BranchForm>();
  for (const [path, form] of lists.flatMap((list) => [...list])) {
    const known = all.get(path) ?? lowRankOnly;
    all.set(path, {
      rowGain: known.rowGain || form.rowGain,
      columnGain: known.columnGain || form.columnGain,
      kronecker: count(known.kronecker, form.kronecker),
      hadamard: count(known.hadamard, form.hadamard),
    });
  }
  return all;
}
