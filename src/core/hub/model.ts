import type { listModels as ListModels } from '@huggingface/hub';
import type { HubConnection } from './connection';
import { UntrustedAnswer } from './hubError';
import { hubFetch, type FetchOptions } from './hubFetch';
import { isCommit, isRepositoryName } from './repositoryPath';

/** What the Hub says of a model beside its files. */
export interface ModelFacts {
  readonly repository: string;
  readonly author: string;
  /** Commit hash; empty where the listing does not tell. */
  readonly revision: string;
  readonly likes: number;
  readonly downloads: number;
  readonly trendingScore?: number;
  /** ISO date and time. */
  readonly updatedAt: string;
  readonly gated: false | 'auto' | 'manual';
  readonly license?: string;
  readonly baseModels: readonly string[];
  /** How it derives from them: adapter, finetune, quantized, merge. */
  readonly relation?: string;
  readonly pipeline?: string;
  readonly tags: readonly string[];
  readonly libraryName?: string;
  /** Address of a picture that stands for it, as the front matter gives it. */
  readonly picture?: string;
}

export interface ModelSearch {
  readonly search?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly author?: string | undefined;
  readonly sort?: string | undefined;
  readonly filters?: readonly string[] | undefined;
}

/** Fields that the library's types lack but the Hub has; asking for `trendingScore` was tried. */
type Parameter = NonNullable<Parameters<typeof ListModels>[0]>;
type Field = NonNullable<Parameter['additionalFields']>[number];
const fields = ['tags', 'cardData', 'library_name', 'sha', 'author', 'trendingScore'] as readonly string[] as Field[];

/** The first `limit` models of a search, page by page. @throws what `hubFailure` understands */
export async function searchModels(connection: HubConnection, { search, pipeline, author, sort, filters }: ModelSearch, limit: number, options: FetchOptions = {}): Promise<readonly ModelFacts[]> {
  const { listModels } = await import('@huggingface/hub');
  const found: ModelFacts[] = [];
  const query = { query: search, task: pipeline, owner: author, tags: filters ? [...filters] : undefined };
  for await (const entry of listModels({
    search: query as NonNullable<Parameter['search']>,
    sort: (sort ?? 'trendingScore') as 'trendingScore',
    limit,
    additionalFields: fields,
    hubUrl: connection.endpoint,
    fetch: hubFetch(connection, options),
  })) {
    const facts = factsOf(entry.name, entry);
    if (facts) found.push(facts);
  }
  return found;
}

/** @throws what `hubFailure` understands */
export async function readModel(connection: HubConnection, repository: string, revision = 'main', options: FetchOptions = {}): Promise<ModelFacts> {
  const { modelInfo } = await import('@huggingface/hub');
  const entry = await modelInfo({ name: repository, revision, additionalFields: fields, hubUrl: connection.endpoint, fetch: hubFetch(connection, options) });
  const facts = factsOf(entry.name, entry);
  if (!facts) throw new UntrustedAnswer(`The Hub answers to ${repository} with another name.`);
  return facts;
}

/** The answer comes from strangers' cards: what is not as expected is left out. Undefined when even the name is no name. */
function factsOf(repository: unknown, entry: object): ModelFacts | undefined {
  if (typeof repository !== 'string' || !isRepositoryName(repository)) return undefined;
  const raw = entry as Readonly<Record<string, unknown>>;
  const card = isObject(raw.cardData) ? raw.cardData : {};
  const tags = texts(raw.tags);
  const license = licenseOf(card, tags);
  const pipeline = text(raw.task);
  const libraryName = text(raw.library_name);
  return {
    repository,
    author: text(raw.author) ?? repository.split('/')[0] ?? '',
    revision: typeof raw.sha === 'string' && isCommit(raw.sha) ? raw.sha : '',
    likes: count(raw.likes),
    downloads: count(raw.downloads),
    ...(typeof raw.trendingScore === 'number' ? { trendingScore: raw.trendingScore } : {}),
    updatedAt: raw.updatedAt instanceof Date && !Number.isNaN(raw.updatedAt.getTime()) ? raw.updatedAt.toISOString() : '',
    gated: raw.gated === 'auto' || raw.gated === 'manual' ? raw.gated : false,
    ...(license ? { license } : {}),
    ...baseOf(card, tags),
    ...(pipeline ? { pipeline } : {}),
    tags,
    ...(libraryName ? { libraryName } : {}),
    ...pictureOf(card),
  };
}

/** Its thumbnail, else the first picture of its widget. */
function pictureOf(card: Readonly<Record<string, unknown>>): Pick<ModelFacts, 'picture'> {
  const widgets = Array.isArray(card.widget) ? card.widget.filter(isObject) : [];
  const outputs = widgets.map(({ output, src }) => text(isObject(output) ? output.url : src));
  const picture = text(card.thumbnail) ?? outputs.find((address) => address !== undefined);
  return picture ? { picture } : {};
}

function licenseOf(card: Readonly<Record<string, unknown>>, tags: readonly string[]): string | undefined {
  return text(card.license_name) ?? text(card.license) ?? tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
}

/** From the card's own words, and from the tags that the Hub made of them: `base_model:adapter:owner/name`. */
function baseOf(card: Readonly<Record<string, unknown>>, tags: readonly string[]): Pick<ModelFacts, 'baseModels' | 'relation'> {
  const related = tags.flatMap((tag) => {
    const [, relation, model] = /^base_model:(\w+):(.+)$/.exec(tag) ?? [];
    return relation && model ? [{ relation, model }] : [];
  });
  const plain = tags.flatMap((tag) => /^base_model:([^:]+)$/.exec(tag)?.[1] ?? []);
  const relation = text(card.base_model_relation) ?? related[0]?.relation;
  return {
    baseModels: [...new Set([...texts(card.base_model), ...related.map(({ model }) => model), ...plain])].filter(isRepositoryName),
    ...(relation ? { relation } : {}),
  };
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
