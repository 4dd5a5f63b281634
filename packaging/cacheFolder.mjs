import { homedir } from 'node:os';
import path from 'node:path';

/** A folder for what is fetched once for all clones on a machine. */
export function cacheFolder(name) {
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'evalmark', name);
}
