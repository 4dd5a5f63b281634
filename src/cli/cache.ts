import path from 'node:path';
import { cacheContent, clearCache, type CachePart } from '../engine/engineCache';
import type { CliArguments } from './arguments';
import { engineCacheFolder } from './compose';
import { bytes } from './progressLine';

/** `evalmark cache PLAN`: what the engine keeps between runs of this plan, and with --clear removes it. */
export async function cache(args: CliArguments): Promise<number> {
  const folder = engineCacheFolder(args);
  const freed = args.clear ? await clearCache(folder) : undefined;
  const content = await cacheContent(folder);
  if (args.json) {
    process.stdout.write(`${JSON.stringify({ folder, ...content, ...(freed === undefined ? {} : { freed }) })}\n`);
    return 0;
  }
  if (freed !== undefined) process.stdout.write(`${bytes(freed)} were freed.\n`);
  process.stdout.write(`${line('packed weights', content.weights)}${line('encoded prompts and pictures', content.encodings)}in ${path.relative('.', folder) || '.'}\n`);
  return 0;
}

function line(name: string, part: CachePart): string {
  const used = part.inUse > 0 ? `, ${bytes(part.inUse)} of it in use` : '';
  return `${bytes(part.bytes).padStart(10)}  ${name} (${part.files === 1 ? '1 file' : `${part.files} files`}${used})\n`;
}
