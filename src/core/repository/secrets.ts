/** Something in a file that looks like a key to somebody's account. Never holds the key itself. */
export interface FoundSecret {
  readonly what: string;
  /** From 1. */
  readonly line: number;
}

/** The first token or private key in a text; `undefined` when it is safe to publish as far as can be seen. */
export function findSecret(text: string): FoundSecret | undefined {
  for (const [what, pattern] of patterns) {
    const at = text.search(pattern);
    if (at !== -1) return { what, line: text.slice(0, at).split('\n').length };
  }
  return undefined;
}

const patterns: readonly (readonly [string, RegExp])[] = [
  ['a Hugging Face token', /(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z0-9]{30,}/],
  ['a GitHub token', /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/],
  ['a GitLab token', /(?<![A-Za-z0-9])glpat-[\w-]{20,}/],
  ['an AWS access key', /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/],
  ['an AWS secret key', /aws_secret_access_key["']?\s*[=:]\s*["']?[A-Za-z0-9/+=]{40}/i],
  ['a Slack token', /(?<![A-Za-z0-9])xox[abprs]-[\w-]{20,}/],
  ['an API key', /(?<![A-Za-z0-9])sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/],
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
];
