import type { Result } from '../../src/core/outcome';
import { queryDevices } from '../../src/engine/memory/nvidiaSmi';

/** Memory in use on the first device. It is looked at when asked: while a step computes this process is blocked, and the runtime keeps what a step needed. */
export async function deviceMebibytes(): Promise<number> {
  return Math.round(((await queryDevices())[0]?.usedBytes ?? 0) / 2 ** 20);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    dot += value * other;
    left += value * value;
    right += other * other;
  }
  return Number((dot / Math.sqrt(left * right)).toFixed(6));
}

export function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.failure.message} ${result.failure.detail ?? ''}`);
  return result.value;
}
