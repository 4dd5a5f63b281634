import { createHash } from 'node:crypto';
import type { ServedFile, ServedRepository } from './served';

/** `GET /api/models`: filtered, sorted, and cut into pages that a `Link` header continues. */
export function listModels(repositories: readonly ServedRepository[], url: URL, maximumPage: number): { readonly body: unknown; readonly link: string | undefined } {
  const query = url.searchParams;
  const found = repositories.filter((repository) => matches(repository, query)).sort(order(query.get('sort') ?? 'trendingScore'));
  const start = Number(query.get('cursor') ?? 0);
  const page = found.slice(start, start + Math.min(Number(query.get('limit') ?? 1000), maximumPage));
  const next = start + page.length;
  const link = new URL(url);
  link.searchParams.set('cursor', String(next));
  return {
    body: page.map((repository) => modelInfo(repository, query.getAll('expand'))),
    link: next < found.length ? `<${link.href}>; rel="next"` : undefined,
  };
}

function matches({ id, description }: ServedRepository, query: URLSearchParams): boolean {
  const tags = [...(description.tags ?? []), description.pipelineTag, description.libraryName];
  const wanted = query.getAll('filter').flatMap((filter) => filter.split(','));
  const task = query.get('pipeline_tag');
  const author = query.get('author');
  return (
    (query.get('search') ?? '').toLowerCase().split(/\s+/).every((word) => id.toLowerCase().includes(word)) &&
    wanted.every((filter) => tags.includes(filter)) &&
    (task === null || description.pipelineTag === task) &&
    (author === null || id.startsWith(`${author}/`)) &&
    description.private !== true
  );
}

function order(sort: string): (left: ServedRepository, right: ServedRepository) => number {
  const value = ({ description }: ServedRepository): number => {
    switch (sort) {
      case 'likes':
        return description.likes ?? 0;
      case 'downloads':
        return description.downloads ?? 0;
      case 'lastModified':
        return Date.parse(description.lastModified ?? defaultDate);
      case 'createdAt':
        return Date.parse(description.createdAt ?? defaultDate);
      default:
        return description.trendingScore ?? 0;
    }
  };
  return (left, right) => value(right) - value(left) || (left.id < right.id ? -1 : 1);
}

const defaultDate = '2026-01-01T00:00:00.000Z';

/** With `expand`, only what was asked for, as the Hub does. */
export function modelInfo(repository: ServedRepository, expand: readonly string[]): Record<string, unknown> {
  const { id, sha, description, card, files } = repository;
  const whole: Record<string, unknown> = {
    author: id.split('/')[0],
    sha,
    private: description.private ?? false,
    gated: description.gated ?? false,
    disabled: false,
    likes: description.likes ?? 0,
    downloads: description.downloads ?? 0,
    trendingScore: description.trendingScore ?? 0,
    lastModified: description.lastModified ?? defaultDate,
    createdAt: description.createdAt ?? defaultDate,
    pipeline_tag: description.pipelineTag,
    library_name: description.libraryName,
    tags: description.tags ?? [],
    cardData: card,
    siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
    usedStorage: [...files.values()].reduce((sum, { content }) => sum + content.length, 0),
  };
  const fields = expand.length === 0 ? whole : Object.fromEntries(Object.entries(whole).filter(([key]) => expand.includes(key)));
  return { _id: createHash('md5').update(id).digest('hex').slice(0, 24), id, modelId: id, ...fields };
}

export function treeEntry(file: ServedFile, sizeLie = 0): Record<string, unknown> {
  const size = file.content.length + (file.sha256 === undefined ? 0 : sizeLie);
  return {
    type: 'file',
    path: file.path,
    size,
    oid: file.oid,
    ...(file.sha256 === undefined ? {} : { lfs: { oid: file.sha256, size, pointerSize: file.pointer?.length ?? 0 } }),
    ...(file.xetHash === undefined ? {} : { xetHash: file.xetHash }),
  };
}

export function directoriesOf(files: Iterable<string>): readonly Record<string, unknown>[] {
  const folders = new Set<string>();
  for (const name of files) {
    const parts = name.split('/');
    for (let count = 1; count < parts.length; count += 1) folders.add(parts.slice(0, count).join('/'));
  }
  return [...folders].map((path) => ({ type: 'directory', path, size: 0, oid: createHash('sha1').update(path).digest('hex') }));
}
