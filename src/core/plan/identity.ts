/** Names for what has no number: lower case, words joined by dashes, at most 60 characters. */
export function slug(text: string): string {
  const words = text.slice(0, 240).toLowerCase().replace(notWord, '-');
  const start = words.startsWith('-') ? 1 : 0;
  const end = words.endsWith('-') ? words.length - 1 : words.length;
  return words.slice(start, Math.min(end, start + 60)).replace(/-$/, '');
}

/** Hands out names that are unique in one plan. */
export class UniqueNames {
  private readonly taken = new Map<string, number>();

  /** The name itself, or with `-2`, `-3` … where it is taken. */
  take(name: string): string {
    let count = this.taken.get(name);
    if (count === undefined) {
      this.taken.set(name, 1);
      return name;
    }
    let unique: string;
    do {
      count++;
      unique = `${name}-${count}`;
    } while (this.taken.has(unique));
    this.taken.set(name, count);
    this.taken.set(unique, 1);
    return unique;
  }

  has(name: string): boolean {
    return this.taken.has(name);
  }
}

const notWord = /[^\p{L}\p{N}]+/gu;
