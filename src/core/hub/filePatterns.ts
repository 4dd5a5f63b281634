/**
 * Chooses files by patterns as `hf download --include` does: `*` also matches `/`, a pattern that ends in `/` means
 * everything below. Without includes, everything is included.
 */
export function chooseFiles<File extends { readonly path: string }>(files: readonly File[], include: readonly string[] = [], exclude: readonly string[] = []): readonly File[] {
  const wanted = include.map(patternOf);
  const unwanted = exclude.map(patternOf);
  return files.filter(({ path }) => (wanted.length === 0 || wanted.some((pattern) => pattern.test(path))) && !unwanted.some((pattern) => pattern.test(path)));
}

function patternOf(glob: string): RegExp {
  const whole = glob.endsWith('/') ? `${glob}*` : glob;
  // Runs of stars are one star, so that a hostile pattern cannot make matching slow.
  const source = whole.replace(/\*+/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^]*?').replace(/\?/g, '[^]');
  return new RegExp(`^${source}$`);
}
