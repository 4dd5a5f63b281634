import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { licenceNotices } from '../../../packaging/notices.mjs';
import { stage } from '../../../packaging/staging.mjs';
import { ownTarget, targets } from '../../../packaging/targets.mjs';
import { temporaryFolder } from '../actionContext';

const root = path.resolve(import.meta.dirname, '../../..');
let folder: string;
let files: readonly string[];

// What a package of another system holds needs the network; `npm run bench` makes all four.
describe.runIf(ownTarget !== undefined)('what lies in the package of this system', () => {
  const target = ownTarget ?? '';

  beforeAll(async () => {
    folder = await mkdtemp(temporaryFolder);
    const bundles = path.join(folder, 'bundles');
    await promisify(execFile)(process.execPath, ['build.mjs', '--production', '--inputs', '--out', bundles], { cwd: root });
    const inputs = JSON.parse(await readFile(path.join(bundles, 'inputs.json'), 'utf8')) as string[];
    await stage(path.join(folder, 'staged'), target, bundles, inputs);
    const entries = await readdir(path.join(folder, 'staged'), { recursive: true, withFileTypes: true });
    files = entries.filter((entry) => entry.isFile()).map((entry) => path.relative(path.join(folder, 'staged'), path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds what the extension runs, and the sample', () => {
    for (const file of ['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'ThirdPartyNotices.txt', 'dist/extension.cjs', 'dist/extension-main.mjs', 'dist/engine.cjs', 'dist/measure.cjs', 'dist/cli.mjs', 'dist/sample.mjs', 'dist/sample/plans/tiny-editors/tasks.md', 'dist/webviews/compare.js', 'dist/webviews/codicon.ttf']) {
      expect(files, file).toContain(file);
    }
  });

  it('holds no source, no test, no map and no bundle that only measures', () => {
    expect(files.filter((file) => /\.(map|[cm]?ts|tsx|cc|h|gyp)$|(^|\/)(src|tests?|goldens|packaging)\//.test(file))).toEqual([]);
    expect(files.filter((file) => /bench|deviceEncoders|deviceTransformer|inputs\.json/.test(file))).toEqual([]);
  });

  it('holds native files of this system only, and each of them', () => {
    const { os, cpu, runtime } = targets[target]!;
    const native = files.filter((file) => /\.(node|so[\d.]*|dll|dylib)$/.test(file));
    const others = ['linux', 'darwin', 'win32'].flatMap((system) => ['x64', 'arm64'].map((processor) => [system, processor] as const)).filter(([system, processor]) => system !== os || processor !== cpu);
    for (const [system, processor] of others) expect(native.filter((file) => file.includes(`/${system}/${processor}/`) || file.includes(`-${system}-${processor}`))).toEqual([]);
    for (const name of runtime) expect(native).toContain(`dist/node_modules/onnxruntime-node/bin/napi-v6/${os}/${cpu}/${name}`);
    expect(native.some((file) => file.startsWith(`dist/node_modules/@img/sharp-${os}-${cpu}/`))).toBe(true);
    expect(native.some((file) => file.startsWith(`dist/node_modules/@lydell/node-pty-${os}-${cpu}/`))).toBe(true);
    expect(native.filter((file) => file.includes('providers'))).toEqual([]);
  });

  it('loads its native packages from where they lie', async () => {
    const script = `for (const name of ['sharp', 'onnxruntime-node', '@lydell/node-pty']) require(name); process.stdout.write(require.resolve('sharp'));`;
    const file = path.join(folder, 'staged', 'dist', 'load.cjs');
    await writeFile(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    expect(stdout.startsWith(path.join(folder, 'staged', 'dist', 'node_modules'))).toBe(true);
  });

  it('tells the licence of everything that is shipped', async () => {
    const notices = await readFile(path.join(folder, 'staged', 'ThirdPartyNotices.txt'), 'utf8');
    const shipped = files.flatMap((file) => /^dist\/node_modules\/(.*)\/package\.json$/.exec(file)?.[1] ?? []);
    expect(shipped.length).toBeGreaterThan(7);
    for (const name of shipped) {
      const { name: title, version } = JSON.parse(await readFile(path.join(folder, 'staged/dist/node_modules', name, 'package.json'), 'utf8')) as { name?: string; version?: string };
      if (title !== undefined && version !== undefined) expect(notices).toContain(`${title} ${version}\nLicence: `);
    }
    for (const name of ['markdown-it', '@huggingface/hub', 'simple-git', '@vscode/codicons', '@bufbuild/protobuf', '@vscode/webview-ui-toolkit']) expect(notices).toContain(`\n${name} `);
    expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    for (const part of notices.split(`\n${'-'.repeat(100)}\n\n`).slice(1)) expect(part.length, part.slice(0, 80)).toBeGreaterThan(300);
  });

  it('has a manifest without what only people who work on it need', async () => {
    const manifest = JSON.parse(await readFile(path.join(folder, 'staged', 'package.json'), 'utf8')) as Record<string, unknown>;
    for (const key of ['scripts', 'devDependencies', 'dependencies', 'private']) expect(manifest[key], key).toBeUndefined();
    expect(manifest.main).toBe('./dist/extension.cjs');
    expect((manifest.keywords as string[]).length).toBeGreaterThan(4);
  });
});

describe('licences', () => {
  it('refuses to ship what nobody agreed to', async () => {
    const own = await mkdtemp(temporaryFolder);
    const strange = path.join(own, 'strange');
    await mkdir(strange);
    await writeFile(path.join(strange, 'package.json'), JSON.stringify({ name: 'strange', version: '1.0.0', license: 'SSPL-1.0' }));
    await writeFile(path.join(strange, 'LICENSE'), 'text');
    expect(() => licenceNotices([], [strange])).toThrow('strange 1.0.0 (SSPL-1.0)');
    await writeFile(path.join(strange, 'package.json'), JSON.stringify({ name: 'strange', version: '1.0.0', license: '(MIT OR SSPL-1.0)' }));
    expect(licenceNotices([], [strange])).toContain('strange 1.0.0\nLicence: (MIT OR SSPL-1.0)\n\ntext');
    await rm(path.join(strange, 'LICENSE'));
    expect(() => licenceNotices([], [strange])).toThrow('strange carries no text of its licence');
    await rm(own, { recursive: true });
  });
});
