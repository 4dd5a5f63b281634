import { fail, ok, type Result } from '../outcome';

/** What a survey asks the Hub for. */
export interface SurveyQuery {
  /** The address as a person would browse it. */
  readonly url: string;
  readonly search?: string;
  readonly pipeline?: string;
  readonly author?: string;
  /** As the API names it: `trendingScore`, `downloads`. */
  readonly sort: string;
  /** Tags that all have to be there, such as `base_model:adapter:Qwen/Qwen-Image-Edit-2509`. */
  readonly filters: readonly string[];
}

/** Reads the query out of the address of a Hub page such as `…/models?pipeline_tag=image-to-image&sort=trending&search=qwen`. */
export function readSurveyUrl(url: string): Result<SurveyQuery> {
  if (!URL.canParse(url) || !/\/models\/?$/.test(new URL(url).pathname)) {
    return fail({
      code: 'survey-address',
      message: `"${url}" is not the address of a Hub search.`,
      advice: 'Write it as https://huggingface.co/models?pipeline_tag=…&search=….',
      short: 'bad address',
    });
  }
  const query = new URL(url).searchParams;
  const named = (name: string) => query.get(name)?.trim() || undefined;
  const search = named('search');
  const pipeline = named('pipeline_tag');
  const author = named('author');
  const filters = [
    ...['other', 'filter', 'library', 'language'].flatMap((name) => query.getAll(name)),
    ...query.getAll('license').map((license) => (license.startsWith('license:') ? license : `license:${license}`)),
    ...query.getAll('dataset').map((dataset) => (dataset.startsWith('dataset:') ? dataset : `dataset:${dataset}`)),
    ...query.getAll('base_model').map((model) => (model.startsWith('base_model:') ? model : `base_model:${model}`)),
  ].flatMap((value) => value.split(',')).map((value) => value.trim()).filter((value) => value !== '');
  return ok({
    url,
    ...(search ? { search } : {}),
    ...(pipeline ? { pipeline } : {}),
    ...(author ? { author } : {}),
    sort: sorts[named('sort') ?? 'trending'] ?? 'trendingScore',
    filters,
  });
}

/** The page's word to the API's. */
const sorts: Readonly<Record<string, string>> = {
  trending: 'trendingScore', trendingScore: 'trendingScore', likes: 'likes', downloads: 'downloads', modified: 'lastModified',
  lastModified: 'lastModified', created: 'createdAt', createdAt: 'createdAt', likes30d: 'likes30d', most_params: 'num_parameters',
};

/** "image-to-image · qwen", for titles. */
export function surveyQueryText({ pipeline, search, author, filters }: SurveyQuery): string {
  return [pipeline, search, author, ...filters].filter((part) => part !== undefined).join(' · ') || 'all models';
}
