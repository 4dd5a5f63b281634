import { execFile } from 'node:child_process';
import { packageIndexAt, type PackageIndex } from './packageIndex';

/**
 * Where this machine takes Python packages from: the address that a person set, the environment's, or what pip itself
 * names, from its configuration or its own default. Nothing where there is no pip and nobody said.
 */
export async function findPackageIndex(setting: string | undefined, environment: NodeJS.ProcessEnv, askPip: () => Promise<string | undefined> = pipsOwn): Promise<PackageIndex | undefined> {
  for (const address of [setting, environment['PIP_INDEX_URL'], environment['UV_DEFAULT_INDEX'], environment['UV_INDEX_URL']]) {
    const index = address === undefined ? undefined : packageIndexAt(address.trim());
    if (index) return index;
  }
  const address = await askPip();
  return address === undefined ? undefined : packageIndexAt(address);
}

/** pip's help tells the index that it would use, whether it is configured or the default. */
async function pipsOwn(): Promise<string | undefined> {
  const python = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];
  for (const [program, args] of [['pip', []], ['pip3', []], ...python.map((name) => [name, ['-m', 'pip']] as const)] as const) {
    const address = indexInHelp(await helpOf(program, [...args, 'download', '--help']));
    if (address !== undefined) return address;
  }
  return undefined;
}

/** "--index-url <url>  Base URL of the Python Package Index (default https://…)." */
export function indexInHelp(help: string): string | undefined {
  const option = /--index-url <url>([\s\S]*?)\n\s+--/.exec(help)?.[1] ?? '';
  return /\(default\s+(https?:[^\s)]+)\s*\)/.exec(option)?.[1];
}

function helpOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, COLUMNS: '400', PIP_DISABLE_PIP_VERSION_CHECK: '1', NO_COLOR: '1' };
    execFile(program, [...args], { timeout: 20_000, windowsHide: true, env }, (error, output) => resolve(error ? '' : output));
  });
}
