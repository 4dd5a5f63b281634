import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import type { Edit } from './evaluation';
import type { ReferencePicture } from './sameRequest';

/** The further pictures of an edit with their hashes; all lie in the folder of pictures. */
export async function referencePictures({ id, references = [] }: Edit, hashOf: (file: string) => Promise<string | undefined>): Promise<Result<readonly ReferencePicture[]>> {
  const found: ReferencePicture[] = [];
  for (const file of references) {
    if (path.basename(file) !== file || file.startsWith('.')) {
      return fail({ code: 'outside-workspace', message: `"${file}" of the edit "${id}" is no name of a picture in the folder of pictures.`, advice: 'Name files without folders under "references" in evaluation.json.', short: 'outside folder' });
    }
    const sha256 = await hashOf(file);
    if (sha256 === undefined) {
      return fail({ code: 'picture-missing', message: `${file}, which the edit "${id}" refers to, cannot be read.`, advice: 'Put it into the folder of pictures, then run the step again.', short: 'picture missing' });
    }
    found.push({ file, sha256 });
  }
  return ok(found);
}
