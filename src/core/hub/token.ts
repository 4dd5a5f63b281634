import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hubHome } from './cache';

/** The token that Python tools would use: `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, then the file that `hf auth login` writes. */
export async function findToken(environment: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const given = clean(environment.HF_TOKEN) ?? clean(environment.HUGGING_FACE_HUB_TOKEN);
  if (given) return given;
  const file = environment.HF_TOKEN_PATH || path.join(hubHome(environment), 'token');
  return clean(await readFile(file, 'utf8').catch(() => undefined));
}

/** Without blanks and line ends; undefined when it could not be a header's value. */
function clean(token: string | undefined): string | undefined {
  const trimmed = token?.trim();
  return trimmed && /^[\x21-\x7e]+$/.test(trimmed) ? trimmed : undefined;
}
