import path from 'node:path';
import { installedPackages, packageKey, wantedPackages } from './pythonPackages';
import { simpleCommands } from './simpleCommands';
import { environmentActivated, environmentMade, environmentVersion } from './virtualEnvironment';

/**
 * What a command that succeeded came to, where its kind is known: "venv made with Python 3.11.7", "torch 2.5.1 and
 * torchvision 0.20.1 installed".
 * @param folder the shell's folder after the command
 */
export async function commandSummary(command: string, output: string, folder: string): Promise<string | undefined> {
  const parts: string[] = [];
  for (const one of simpleCommands(command)) {
    const made = environmentMade(one);
    if (made !== undefined) parts.push(await about(made, 'made with', folder));
    const activated = environmentActivated(one);
    if (activated !== undefined) parts.push(await about(activated, 'active,', folder));
  }
  const packages = packagesText(command, output);
  if (packages !== undefined) parts.push(packages);
  return parts.length > 0 ? parts.join('; ') : undefined;
}

async function about(environment: string, state: 'made with' | 'active,', folder: string): Promise<string> {
  const version = await environmentVersion(path.resolve(folder, environment));
  return `${path.basename(path.resolve(folder, environment))} ${version === undefined ? state.split(/[ ,]/)[0] : `${state} Python ${version}`}`;
}

function packagesText(command: string, output: string): string | undefined {
  const wanted = wantedPackages([command]);
  if (wanted.length === 0) return undefined;
  const { fresh, present } = installedPackages(output);
  const named = (found: ReadonlyMap<string, string>): readonly string[] => wanted.flatMap(({ name }) => [found.get(packageKey(name))].flatMap((version) => (version === undefined ? [] : [`${name} ${version}`])));
  const installed = named(fresh);
  const before = named(present);
  const others = fresh.size - installed.length;
  const parts = [
    ...(installed.length > 0 ? [`${listText(installed)} installed${others > 0 ? ` with ${others} that ${installed.length === 1 ? 'it needs' : 'they need'}` : ''}`] : []),
    ...(before.length > 0 ? [`${listText(before)} there already`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function listText(names: readonly string[]): string {
  const shown = names.length > mostNamed ? [...names.slice(0, mostNamed - 1), `${names.length - mostNamed + 1} more`] : names;
  return shown.length === 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

const mostNamed = 4;
