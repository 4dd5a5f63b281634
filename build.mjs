// Bundles what runs: the extension host, the engine child, the CLI, the sample and the webviews. Natives and the Hub
// client stay outside, so that they load on first use.
import { build, context } from 'esbuild';
import { cp, readdir, rm, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

const outside = ['vscode', 'sharp', 'onnxruntime-node', 'simple-git', '@huggingface/hub', '@lydell/node-pty'];

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
  // The extension is CommonJS: what needs its own place there asks `__dirname` first.
  logOverride: { 'empty-import-meta': 'silent' },
};

const node = { ...common, platform: 'node', target: 'node20', external: outside };

/** ESM bundles of CommonJS packages need a `require` of their own. */
const esm = {
  ...node,
  format: 'esm',
  banner: { js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);" },
};

const panels = (await readdir('src/webviews', { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && existsSync(`src/webviews/${entry.name}/main.ts`))
  .map((entry) => entry.name);

const bundles = [
  { ...node, format: 'cjs', entryPoints: ['src/extension/main.ts'], outfile: 'dist/extension.cjs' },
  { ...node, format: 'cjs', entryPoints: ['src/engine/main.ts'], outfile: 'dist/engine.cjs' },
  { ...esm, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli.mjs' },
  { ...esm, entryPoints: ['test_data/make/sample.ts'], outfile: 'dist/sample.mjs' },
  { ...esm, entryPoints: ['test/bench/plan.ts'], outfile: 'dist/bench.mjs' },
  { ...esm, entryPoints: ['test/bench/deviceTransformer.ts'], outfile: 'dist/deviceTransformer.mjs' },
  ...panels.map((panel) => ({
    ...common,
    platform: 'browser',
    target: 'chrome128',
    format: 'iife',
    entryPoints: [`src/webviews/${panel}/main.ts`],
    outfile: `dist/webviews/${panel}.js`,
    loader: { '.ttf': 'dataurl' },
  })),
].filter((bundle) => existsSync(bundle.entryPoints[0]));

await rm('dist', { recursive: true, force: true });
await mkdir('dist/webviews', { recursive: true });
if (existsSync('node_modules/@vscode/codicons/dist')) {
  for (const file of ['codicon.css', 'codicon.ttf']) await cp(`node_modules/@vscode/codicons/dist/${file}`, `dist/webviews/${file}`);
}
await cp('test_data/sample', 'dist/sample', { recursive: true });

if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  const results = await Promise.all(bundles.map((bundle) => build(bundle)));
  for (const { metafile } of results) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      if (/\.(c|m)?js$/.test(file)) console.log(`${file.padEnd(28)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`);
    }
  }
}
