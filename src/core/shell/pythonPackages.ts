import { simpleCommands } from './simpleCommands';

export interface WantedPackage {
  readonly name: string;
  /** Of `name==version`. */
  readonly version?: string;
}

/** The packages that the `pip install` commands name; files, URLs and options are left out. */
export function wantedPackages(commands: readonly string[]): readonly WantedPackage[] {
  const wanted = new Map<string, WantedPackage>();
  for (const { words } of commands.flatMap(simpleCommands)) {
    const pip = words.findIndex((word, index) => /^(?:.*\/)?pip[\d.]*$/.test(word) && (index === 0 || /^(?:-m|uv|sudo)$/.test(words[index - 1] ?? '')));
    const at = pip + 1;
    if (pip < 0 || words[at] !== 'install') continue;
    for (const [index, word] of words.entries()) {
      if (index <= at || word.startsWith('-') || optionsWithValue.test(words[index - 1] ?? '')) continue;
      const found = packageWord.exec(word);
      if (found?.[1] !== undefined) wanted.set(packageKey(found[1]), { name: found[1], ...(found[2] === undefined ? {} : { version: found[2] }) });
    }
  }
  return [...wanted.values()];
}

/** Normalised name to version, from the table, the freeze format or the JSON of `pip list`. */
export function listedPackages(output: string): ReadonlyMap<string, string> {
  const listed = new Map<string, string>();
  const json = /^\s*(\[\s*\{.*\}\s*\])\s*$/ms.exec(output)?.[1];
  for (const match of json === undefined ? output.matchAll(/^([A-Za-z0-9][\w.-]*)(?:==|[ \t]+)(\d\S*)/gm) : json.matchAll(/"name":\s*"([^"]+)",\s*"version":\s*"([^"]+)"/g)) {
    listed.set(packageKey(match[1] ?? ''), match[2] ?? '');
  }
  return listed;
}

/** What `pip install` says that it installed, and what it found installed: normalised name to version. */
export function installedPackages(output: string): { readonly fresh: ReadonlyMap<string, string>; readonly present: ReadonlyMap<string, string> } {
  const fresh = [...output.matchAll(/^Successfully installed (.+)$/gm)].flatMap(([, list = '']) => [...list.matchAll(/(\S+)-(\d[^\s-]*)/g)]);
  const present = [...output.matchAll(/^Requirement already satisfied: ([A-Za-z0-9][\w.-]*).*\((\d[^()\s]*)\)\s*$/gm)];
  const byName = (found: readonly RegExpExecArray[]): ReadonlyMap<string, string> => new Map(found.map(([, name = '', version = '']) => [packageKey(name), version]));
  return { fresh: byName(fresh), present: byName(present) };
}

export function comparePackages(wanted: readonly WantedPackage[], listed: ReadonlyMap<string, string>): { readonly missing: readonly string[]; readonly different: readonly string[] } {
  return {
    missing: wanted.filter(({ name }) => !listed.has(packageKey(name))).map(({ name }) => name),
    different: wanted.flatMap(({ name, version }) => {
      const found = listed.get(packageKey(name));
      // A local part such as +cu118 is the same release.
      return version === undefined || found === undefined || found === version || found.split('+')[0] === version ? [] : [`${name} ${found} found, ${version} wanted`];
    }),
  };
}

/** `torch[extra]==2.1`, not `./folder`, `git+https://…` or `file.whl`. */
const packageWord = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?(?:==([^,;*\s]+)|[<>=!~;@ ].*)?$/;
const optionsWithValue = /^(?:-[rceitf]|--(?:requirement|constraint|editable|index-url|extra-index-url|find-links|target|platform|python-version|implementation|abi|root|prefix|src|upgrade-strategy|progress-bar|proxy|timeout|retries|trusted-host|cert|cache-dir|log|no-binary|only-binary))$/;

/** The name as packages are compared by it (PEP 503). */
export function packageKey(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
