import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** A program that runs JavaScript as Node does. */
export interface NodeProgram {
  readonly file: string;
  readonly version: string;
  /** Where it comes from, for people. */
  readonly source: 'setting' | 'path' | 'server' | 'editor';
}

/** What is asked of a candidate; nothing when it is no Node that can run the engine. */
type AskVersion = (file: string) => Promise<NodeFacts | undefined>;

interface NodeFacts {
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
}

/**
 * The Node that runs the engine: the one that a person named, else one on the path, else the server's own, else the editor's
 * runtime, which is a Node when it is told so. A plain one is preferred: the editor's refuses some native code and memory sizes.
 *
 * @param own the program of this process; `electron` is set where it is an editor's
 */
export async function findNode(setting: string | undefined, environment: NodeJS.ProcessEnv, own: { readonly file: string; readonly electron: boolean }, ask: AskVersion = askVersion): Promise<NodeProgram> {
  const onPath = (environment['PATH'] ?? environment['Path'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node'));
  const candidates = [...(setting === undefined ? [] : [{ file: setting, source: 'setting' as const }]), ...[...new Set(onPath)].filter((file) => existsSync(file)).map((file) => ({ file, source: 'path' as const }))];
  for (const { file, source } of candidates.slice(0, 5)) {
    const facts = path.isAbsolute(file) ? await ask(file) : undefined;
    if (facts && isFit(facts)) return { file, version: facts.version, source };
  }
  return { file: own.file, version: process.versions.node, source: own.electron ? 'editor' : 'server' };
}

/** Native files of the runtime are built for this system; what it is written in wants Node 20. */
function isFit({ version, platform, architecture }: NodeFacts): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return platform === process.platform && architecture === process.arch && (major > 20 || (major === 20 && minor >= 19));
}

function askVersion(file: string): Promise<NodeFacts | undefined> {
  const script = 'process.stdout.write(JSON.stringify({ version: process.versions.node, platform: process.platform, architecture: process.arch }))';
  return new Promise((resolve) => {
    execFile(file, ['-e', script], { timeout: 10_000, windowsHide: true }, (error, output) => {
      try {
        resolve(error ? undefined : (JSON.parse(output) as NodeFacts));
      } catch {
        resolve(undefined);
      }
    });
  });
}
