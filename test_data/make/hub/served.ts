import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A repository as a test or the sample describes it. */
export interface HubRepository {
  /** Path to content; a text is stored as UTF-8. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** A folder on disk whose files are served as well. */
  readonly folder?: string;
  readonly likes?: number;
  readonly downloads?: number;
  readonly trendingScore?: number;
  /** ISO date. */
  readonly lastModified?: string;
  readonly createdAt?: string;
  readonly pipelineTag?: string;
  readonly libraryName?: string;
  readonly tags?: readonly string[];
  /** What the card's front matter says; read from README.md when left out. */
  readonly card?: Readonly<Record<string, unknown>>;
  readonly gated?: 'auto' | 'manual';
  readonly private?: boolean;
  /** Large files name a xet hash, as they do on the Hub now. */
  readonly xet?: boolean;
}

/** A repository at one commit, hashed as the Hub does it. */
export interface ServedRepository {
  readonly id: string;
  readonly sha: string;
  readonly description: HubRepository;
  readonly card: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, ServedFile>;
}

export interface ServedFile {
  readonly path: string;
  readonly content: Buffer;
  /** Hash of the git object: of the content, or of the pointer when the content lies in large-file storage. */
  readonly oid: string;
  /** SHA-256 of the content; undefined for small files kept in git itself. */
  readonly sha256: string | undefined;
  readonly pointer: string | undefined;
  readonly xetHash: string | undefined;
}

export function serveRepository(id: string, description: HubRepository): ServedRepository {
  const files = new Map<string, ServedFile>();
  for (const [name, content] of contentsOf(description)) files.set(name, serveFile(name, content, description.xet === true));
  const digest = createHash('sha1').update(id);
  for (const file of files.values()) digest.update(`${file.path}\0${file.oid}\0`);
  const readme = files.get('README.md')?.content.toString('utf8') ?? '';
  return { id, sha: digest.digest('hex'), description, card: description.card ?? frontMatter(readme), files };
}

function contentsOf({ files = {}, folder }: HubRepository): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  if (folder !== undefined) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) contents.set(path.relative(folder, file).split(path.sep).join('/'), readFileSync(file));
    }
  }
  for (const [name, content] of Object.entries(files)) contents.set(name, Buffer.from(content));
  return new Map([...contents].sort(([left], [right]) => (left < right ? -1 : 1)));
}

const largeFile = /\.(safetensors|onnx|onnx_data|bin|pt|pth|ckpt|gguf|png|jpe?g|webp|gif|mp4|zip|tar|gz|npz|npy)$/i;

function serveFile(name: string, content: Buffer, xet: boolean): ServedFile {
  const large = largeFile.test(name) || content.length > 10_000_000;
  if (!large) return { path: name, content, oid: gitHash(content), sha256: undefined, pointer: undefined, xetHash: undefined };
  const sha256 = createHash('sha256').update(content).digest('hex');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${content.length}\n`;
  return { path: name, content, oid: gitHash(Buffer.from(pointer)), sha256, pointer, xetHash: xet ? sha256.split('').reverse().join('') : undefined };
}

function gitHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** The few shapes of YAML that cards here use: `key: value` and lists of `- value`. */
function frontMatter(readme: string): Record<string, unknown> {
  const block = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1] ?? '';
  const card: Record<string, unknown> = {};
  let list: string[] | undefined;
  for (const line of block.split(/\r?\n/)) {
    const pair = /^([\w-]+):\s*(.*)$/.exec(line);
    const item = /^\s*-\s+(.*)$/.exec(line)?.[1];
    if (pair?.[1]) {
      list = [];
      card[pair[1]] = pair[2] ? pair[2].replace(/^(['"])(.*)\1$/, '$2') : list;
    } else if (item !== undefined) list?.push(item);
  }
  return card;
}
