import type { Generation } from './generation';

export interface ModelMemory {
  readonly modelId: string;
  readonly kind: 'vram' | 'ram';
  readonly device: string;
  readonly outputs: number;
  readonly peakBytes: number;
  /** Mean of the outputs' averages. */
  readonly averageBytes: number;
  readonly overLimit: readonly Generation[];
}

/** Memory that each model took, in the order of `modelIds`; models without outputs are left out. */
export function memoryByModel(generations: readonly Generation[], modelIds: readonly string[], limitBytes: number | undefined): readonly ModelMemory[] {
  return modelIds.flatMap((modelId) => {
    const own = generations.filter((generation) => generation.modelId === modelId);
    const [first] = own;
    if (!first) return [];
    const heaviest = own.reduce((most, generation) => (generation.memory.peakBytes > most.memory.peakBytes ? generation : most), first);
    return [
      {
        modelId,
        kind: heaviest.memory.kind,
        device: heaviest.device,
        outputs: own.length,
        peakBytes: heaviest.memory.peakBytes,
        averageBytes: own.reduce((sum, { memory }) => sum + memory.averageBytes, 0) / own.length,
        overLimit: limitBytes === undefined ? [] : own.filter(({ memory }) => memory.peakBytes > limitBytes),
      },
    ];
  });
}

/** Gigabytes as people and limits write them: 10^9 bytes. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 10e9 ? 2 : 1)} GB`;
}
