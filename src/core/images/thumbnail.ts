import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import { decoder } from './decode';
import { keepDrawn } from './keepDrawn';
import { corruptPicture, readPicture } from './picture';

export interface ThumbnailOptions {
  /** Pixels of the longer side. */
  readonly size: number;
  readonly format?: 'webp' | 'jpeg';
  /** Where made ones are kept, by the hash of the picture; none are kept when left out. */
  readonly cacheFolder?: string;
}

/** A small copy without metadata. Never larger than the picture itself. */
export async function thumbnail(file: string, { size, format = 'webp', cacheFolder }: ThumbnailOptions): Promise<Result<Buffer>> {
  const picture = await readPicture(file);
  if (!picture.ok) return picture;
  try {
    const source = await readFile(file);
    const cached = cacheFolder && path.join(cacheFolder, `${createHash('sha256').update(source).digest('hex')}-${size}.${format}`);
    const kept = cached ? await readFile(cached).catch(() => undefined) : undefined;
    if (kept) return ok(kept);
    const small = (await decoder(source)).resize(size, size, { fit: 'inside', withoutEnlargement: true });
    const made = await (format === 'webp' ? small.webp({ quality: 82 }) : small.flatten({ background: '#ffffff' }).jpeg({ quality: 85 })).toBuffer();
    if (cached) await keepDrawn(cached, made);
    return ok(made);
  } catch (error) {
    return fail(corruptPicture(file, error));
  }
}
