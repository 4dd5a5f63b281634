import { hubFetch, type FetchOptions } from './hubFetch';
import { readCardText, type CardReading } from './cardReading';
import type { HubConnection } from './connection';
import { weightFacts, type WeightFacts } from './lora';
import { readModel, type ModelFacts } from './model';
import { encodePath } from './repositoryPath';
import { readRemoteHeader, type SafetensorsHeader } from './safetensorsHeader';
import { readTree, type RepositoryTree, type TreeFile } from './tree';
import { fail, ok, type Result } from '../outcome';
import { hubFailure } from './hubError';

/** What is known of a model at one commit: what its card claims beside what its files are. */
export interface Evidence {
  /** `revision` is the pinned commit. */
  readonly facts: ModelFacts;
  readonly tree: RepositoryTree;
  /** README.md as it lies there; undefined when there is none, or when it may not be read. */
  readonly markdown: string | undefined;
  readonly reading: CardReading;
  readonly weights: WeightsRead | undefined;
  readonly configs: ConfigFacts;
  /** What could not be read and why, for a person: "gated, header not read". */
  readonly unread: string | undefined;
}

/** Read from the header of one weights file by a ranged request. */
export interface WeightsRead {
  readonly path: string;
  readonly size: number;
  /** Bytes of the header, all that was fetched. */
  readonly headerBytes: number;
  readonly facts: WeightFacts;
  readonly metadata: Readonly<Record<string, string>>;
  /** `F16`, `BF16`; of the first tensor. */
  readonly type: string | undefined;
  /** The key that shows the family best, with its shape. */
  readonly example: { readonly key: string; readonly shape: readonly number[] } | undefined;
}

/** What configuration files say, where they are there. */
export interface ConfigFacts {
  /** `_class_name` of config.json: `QwenImageControlNetModel`. */
  readonly modelClass?: string;
  /** `_class_name` of model_index.json: `QwenImageEditPlusPipeline`. */
  readonly pipelineClass?: string;
  /** `base_model_name_or_path`, `r` and `target_modules` of adapter_config.json. */
  readonly adapterBase?: string;
  readonly adapterRank?: number;
}

/** Reads card, file list, configurations and one header: a few requests, whatever the size of the model. */
export async function gatherEvidence(connection: HubConnection, repository: string, revision: string | undefined, options: FetchOptions = {}): Promise<Result<Evidence>> {
  const tree = await readTree(connection, repository, revision ?? 'main', options);
  if (!tree.ok) return tree;
  const { commit, files } = tree.value;
  try {
    const facts = { ...(await readModel(connection, repository, commit, options)), revision: commit };
    const unread: string[] = [];
    const attempt = async <Value>(what: string, read: Promise<Value>): Promise<Value | undefined> =>
      read.catch((error: unknown) => {
        options.signal?.throwIfAborted();
        const { message, advice } = hubFailure(error, { endpoint: connection.endpoint, repository });
        unread.push(`${what}: ${message} ${advice}`);
        return undefined;
      });
    const file = weightsFile(files);
    const [markdown, weights, configs] = await Promise.all([
      files.some(({ path }) => path === 'README.md') ? attempt('card', readText(connection, repository, commit, 'README.md', options)) : undefined,
      file ? attempt('weights', readWeights(connection, tree.value, file, options)) : undefined,
      attempt('configuration', readConfigs(connection, tree.value, options)),
    ]);
    return ok({ facts, tree: tree.value, markdown, reading: readCardText(markdown ?? ''), weights, configs: configs ?? {}, unread: unread.length > 0 ? unread.join(' ') : undefined });
  } catch (error) {
    options.signal?.throwIfAborted();
    return fail(hubFailure(error, { endpoint: connection.endpoint, repository }));
  }
}

/** The largest single file; of a model cut into shards the first, whose keys show the family as well as any. */
function weightsFile(files: readonly TreeFile[]): TreeFile | undefined {
  const candidates = files.filter(({ path }) => path.endsWith('.safetensors') && !/(?:^|\/)(?:vae|text_encoder\w*|image_encoder|safety_checker)\//.test(path));
  const shallow = candidates.filter(({ path }) => !path.includes('/'));
  return [...(shallow.length > 0 ? shallow : candidates)].sort((left, right) => right.size - left.size || (left.path < right.path ? -1 : 1))[0];
}

async function readWeights(connection: HubConnection, tree: RepositoryTree, file: TreeFile, options: FetchOptions): Promise<WeightsRead> {
  const header = await readRemoteHeader(connection, tree, file, options);
  const [first] = header.tensors.values();
  return { path: file.path, size: file.size, headerBytes: header.bytes, facts: weightFacts(header), metadata: header.metadata, type: first?.type, example: exampleOf(header) };
}

function exampleOf({ tensors }: SafetensorsHeader): WeightsRead['example'] {
  const names = [...tensors.keys()];
  const key = names.find((name) => /(?:lora_A|lora_down).*weight$/.test(name)) ?? names.find((name) => /blocks?[._]\d/.test(name)) ?? names[0];
  const found = key === undefined ? undefined : tensors.get(key);
  return key === undefined || !found ? undefined : { key, shape: found.shape };
}

async function readConfigs(connection: HubConnection, { repository, commit, files }: RepositoryTree, options: FetchOptions): Promise<ConfigFacts> {
  const read = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    const file = files.find((one) => one.path === path);
    if (!file || file.size > longestConfig) return {};
    const parsed: unknown = JSON.parse(await readText(connection, repository, commit, path, options));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {};
  };
  const [config, index, adapter] = await Promise.all([read('config.json'), read('model_index.json'), read('adapter_config.json')]);
  const modelClass = name(config._class_name) ?? name(Array.isArray(config.architectures) ? config.architectures[0] : undefined);
  const pipelineClass = name(index._class_name);
  const adapterBase = name(adapter.base_model_name_or_path);
  return {
    ...(modelClass ? { modelClass } : {}),
    ...(pipelineClass ? { pipelineClass } : {}),
    ...(adapterBase ? { adapterBase } : {}),
    ...(typeof adapter.r === 'number' ? { adapterRank: adapter.r } : {}),
  };
}

const longestConfig = 1_000_000;
const longestText = 2_000_000;

async function readText(connection: HubConnection, repository: string, commit: string, path: string, options: FetchOptions): Promise<string> {
  const response = await hubFetch(connection, options)(`${connection.endpoint}/${repository}/raw/${commit}/${encodePath(path)}`);
  return (await response.text()).slice(0, longestText);
}

function name(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
}
