import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';

/**
 * The absolute path of something inside the workspace folder, whether it exists or not. Names come from plans and
 * models, so a path that leaves the folder, also by way of a link, is refused.
 */
export async function insideWorkspace(root: string, relative: string): Promise<Result<string>> {
  const file = path.resolve(root, relative);
  if (relative.includes('\0') || path.isAbsolute(relative) || !contains(path.resolve(root), file)) return fail(outside(relative));
  const realRoot = await realpath(root).catch(() => path.resolve(root));
  for (let ancestor = file; contains(path.resolve(root), ancestor); ancestor = path.dirname(ancestor)) {
    const real = await realpath(ancestor).catch(() => undefined);
    if (real !== undefined) return contains(realRoot, real) ? ok(file) : fail(outside(relative));
    const dangling = await lstat(ancestor).then(
      () => true,
      () => false,
    );
    if (dangling) return fail(outside(relative));
  }
  return ok(file);
}

function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}

function outside(relative: string): Failure {
  return {
    code: 'outside-workspace',
    message: `"${relative}" lies outside the workspace folder.`,
    advice: 'Evalmark writes only inside the folder that is open; name a path in it.',
    short: 'outside folder',
  };
}
