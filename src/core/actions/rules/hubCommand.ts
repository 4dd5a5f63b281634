export type HubCommand = { readonly kind: 'login' } | { readonly kind: 'download'; readonly repository: string };

/**
 * Reads `huggingface-cli …` and `hf …` lines, so that Evalmark does what they ask itself: `huggingface-cli` is gone from
 * huggingface_hub 1.0 on, and neither resumes a killed download.
 */
export function hubCommandOf(line: string): HubCommand | undefined {
  const words = line.replace(/\s#.*$/, '').trim().split(/\s+/);
  if (words[0] !== 'huggingface-cli' && words[0] !== 'hf') return undefined;
  if (words[1] === 'login' || (words[1] === 'auth' && words[2] === 'login')) return { kind: 'login' };
  const repository = words[1] === 'download' ? words.slice(2).find((word) => !word.startsWith('-')) : undefined;
  return repository ? { kind: 'download', repository } : undefined;
}
