/**
 * Random numbers that are the same bits on every machine: integer steps and exact divisions only, since `Math.log` and
 * `Math.cos` may differ in the last bit from one JavaScript engine to the next.
 */
export class RepeatableNumbers {
  private state: number;

  /** Each seed (a tensor's name, say) has a sequence of its own. */
  constructor(seed: string) {
    this.state = hash(seed);
  }

  /** Evenly from 0 (included) to 1 (excluded), in steps of 2^-32. mulberry32. */
  uniform(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** Around 0 with a variance of 1: the sum of twelve even numbers, less six (Irwin-Hall). */
  bell(): number {
    let sum = -6;
    for (let index = 0; index < 12; index++) sum += this.uniform();
    return sum;
  }

  /** @param spread the standard deviation. */
  bells(count: number, spread: number, middle = 0): Float32Array {
    return Float32Array.from({ length: count }, () => middle + spread * this.bell());
  }
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value;
}
