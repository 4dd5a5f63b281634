import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { pictureEndings, pictureFormat } from './picture';

/**
 * Absolute paths of the pictures directly in a folder, in natural order (`test_2` before `test_10`). A file counts when
 * its ending and its first bytes say so; hidden ones and links that lead out of the folder do not. A folder that is not
 * there has none.
 */
export async function listPictures(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const root = await realpath(folder).catch(() => folder);
  const candidates = entries.filter((entry) => !entry.name.startsWith('.') && (entry.isFile() || entry.isSymbolicLink()) && hasPictureEnding(entry.name));
  const found = await Promise.all(
    candidates.map(async (entry) => {
      const file = path.join(folder, entry.name);
      const inside = entry.isFile() || (await leadsInto(root, file));
      return inside && (await pictureFormat(file)) !== undefined ? file : undefined;
    }),
  );
  return found.filter((file) => file !== undefined).sort(inNaturalOrder);
}

export function inNaturalOrder(first: string, second: string): number {
  return order.compare(first, second) || (first < second ? -1 : 1);
}

const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function hasPictureEnding(name: string): boolean {
  return (pictureEndings as readonly string[]).includes(path.extname(name).toLowerCase());
}

async function leadsInto(root: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined);
  return target !== undefined && target.startsWith(root + path.sep);
}
