/** MT19937 as torch's CPU generator uses it: 32-bit words from a seed of which the low 32 bits count. */
export class MersenneTwister {
  private readonly state = new Uint32Array(stateWords);
  private next = stateWords;

  /** @param seed a whole number of at least 0 */
  constructor(seed: number) {
    const { state } = this;
    state[0] = seed % 2 ** 32;
    for (let index = 1; index < stateWords; index++) {
      const former = state[index - 1] ?? 0;
      state[index] = Math.imul(1812433253, former ^ (former >>> 30)) + index;
    }
  }

  /** 32 random bits. */
  word(): number {
    if (this.next === stateWords) this.refill();
    let word = this.state[this.next++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** A float32 in [0, 1) from the low 24 bits, as `at::uniform_real_distribution<float>` draws it. */
  uniform(): number {
    return (this.word() & 0xffffff) / 2 ** 24;
  }

  /** A double in [0, 1) from the low 53 of 64 bits, as `at::uniform_real_distribution<double>` draws it. */
  preciseUniform(): number {
    const high = this.word();
    return ((high & 0x1fffff) * 2 ** 32 + this.word()) / 2 ** 53;
  }

  private refill(): void {
    const { state } = this;
    for (let index = 0; index < stateWords; index++) {
      const following = state[(index + 1) % stateWords] ?? 0;
      const mixed = ((state[index] ?? 0) & 0x80000000) | (following & 0x7fffffff);
      state[index] = (state[(index + 397) % stateWords] ?? 0) ^ (mixed >>> 1) ^ (following & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}

const stateWords = 624;
