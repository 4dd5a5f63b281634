import type { SimpleGitProgressEvent } from 'simple-git';
import { fail, ok, type Failure, type Result } from '../outcome';

export interface GitRun {
  readonly exitCode: number;
  readonly output: string;
  /** What git and its hooks said on standard error, without credentials. */
  readonly errors: string;
}

export interface GitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
  /** For the few commands that refuse literal paths. */
  readonly patterns?: boolean;
  /** Absolute path of an index to work on instead of the repository's own. */
  readonly index?: string;
  readonly progress?: (event: { readonly stage: string; readonly completed: number; readonly total: number }) => void;
}

/**
 * One git command in a folder, never through a shell. A non-zero exit is data, not an error; a failure means that git
 * itself could not be started, or that the run was cancelled. Paths are taken literally, and git never prompts.
 */
export async function runGit(folder: string, args: readonly string[], { signal, input, progress, patterns, index }: GitOptions = {}): Promise<Result<GitRun>> {
  const { simpleGit } = await import('simple-git');
  let ended: { exitCode: number; output: string; errors: string } | undefined;
  const environment = { ...gitEnvironment(patterns), ...(index === undefined ? {} : { GIT_INDEX_FILE: index }) };
  try {
    const git = simpleGit({
      baseDir: folder,
      ...(signal ? { abort: signal } : {}),
      ...(progress ? { progress: ({ stage, processed, total }: SimpleGitProgressEvent) => progress({ stage, completed: processed, total }) } : {}),
      ...(input === undefined ? {} : { input: () => input }),
      allowEnvironment: Object.keys(environment),
      unsafe: { ...personsOwnEnvironment, allowAbbreviatedOptions: true },
      errors: (error, result) => {
        ended = { exitCode: result.exitCode, output: Buffer.concat(result.stdOut).toString('utf8'), errors: Buffer.concat(result.stdErr).toString('utf8') };
        return signal?.aborted ? error : undefined;
      },
    }).env(environment);
    const output = await git.raw([...args]);
    const { exitCode, errors } = ended ?? { exitCode: 0, errors: '' };
    if (exitCode < 0) return fail(gitMissing(errors));
    return ok({ exitCode, output: ended && exitCode !== 0 ? ended.output : output, errors: withoutCredentials(errors) });
  } catch (error) {
    if (signal?.aborted) return fail(stopped);
    const words = withoutCredentials(`${ended?.errors ?? ''}${error instanceof Error ? error.message : String(error)}`);
    return fail(/ENOENT/.test(words) ? gitMissing(words) : { code: 'git-failed', message: 'git could not be run.', advice: 'Look at the log.', short: 'git failed', detail: words });
  }
}

/** `https://user:secret@host` without the secret. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\w:\/\/)[^@/\s'"]+@/g, '$1');
}

const stopped: Failure = { code: 'cancelled', message: 'git was stopped.', advice: 'Run the step again.', short: 'stopped' };

function gitMissing(detail: string): Failure {
  return {
    code: 'git-missing',
    message: 'git is not installed, or not on the PATH.',
    advice: 'Install git (https://git-scm.com), restart the editor, and run the step again.',
    short: 'no git',
    detail,
  };
}

/** The environment as the person set it, except what ties git to another repository, as inside a hook. */
function gitEnvironment(patterns = false): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !tiesToRepository.has(name.toUpperCase())) environment[name] = value;
  }
  return { ...environment, GIT_TERMINAL_PROMPT: '0', ...(patterns ? {} : { GIT_LITERAL_PATHSPECS: '1' }), LC_ALL: 'C', LANGUAGE: '' };
}

const tiesToRepository: ReadonlySet<string> = new Set([
  'GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_COMMON_DIR',
  'GIT_NAMESPACE', 'GIT_LITERAL_PATHSPECS', 'GIT_QUARANTINE_PATH', 'GIT_GLOB_PATHSPECS', 'GIT_NOGLOB_PATHSPECS', 'GIT_ICASE_PATHSPECS',
]);

/** simple-git strips or refuses these; they come from the person's own environment, and our arguments name none of them. */
const personsOwnEnvironment = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeEditor: true,
  allowUnsafeExec: true,
  allowUnsafeGitProxy: true,
  allowUnsafePager: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
} as const;
