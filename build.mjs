// Bundles what runs: the extension host, the engine child, the CLI, the sample and the webviews. Packages with native files
// stay outside; they, the Hub client, git, actions and panels load on first use.
import { build, context } from 'esbuild';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { outsidePackages } from './packaging/targets.mjs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
/** Elsewhere for tests and for packages. */
const out = process.argv.includes('--out') ? process.argv[process.argv.indexOf('--out') + 1] : 'dist';

const outside = ['vscode', ...outsidePackages];

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

/** Modules cannot import the editor's interface; `src/extension/entry.ts` leaves it for them. */
const editorInterface = {
  name: 'editor-interface',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'editor' }));
    onLoad({ filter: /./, namespace: 'editor' }, async () => {
      const contents = `export const { ${[...(await editorNames())].join(', ')} } = globalThis[Symbol.for('evalmark.vscode')];`;
      return { contents, loader: 'js' };
    });
  },
};

/** What the extension's files import of `vscode`, types left out. */
async function editorNames() {
  const files = (await readdir('src/extension', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(`src/extension/${file}`, 'utf8')));
  const lists = texts.flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from 'vscode'/g)].map(([, names]) => names.split(',')));
  return new Set(lists.flat().map((name) => name.trim()).filter((name) => /^\w+$/.test(name)));
}

const panels = (await readdir('src/webviews', { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && existsSync(`src/webviews/${entry.name}/main.ts`))
  .map((entry) => entry.name);

const bundles = [
  { ...node, format: 'cjs', external: [...outside, './extension-main.mjs'], entryPoints: ['src/extension/entry.ts'], outfile: `${out}/extension.cjs` },
  {
    ...esm,
    entryPoints: ['src/extension/main.ts'],
    outdir: out,
    entryNames: 'extension-main',
    chunkNames: 'extension-[hash]',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    plugins: [editorInterface],
  },
  { ...node, format: 'cjs', entryPoints: ['src/engine/main.ts'], outfile: `${out}/engine.cjs` },
  { ...node, format: 'cjs', entryPoints: ['src/core/images/comparison/measureWorker.ts'], outfile: `${out}/measure.cjs` },
  { ...esm, entryPoints: ['src/cli/main.ts'], outfile: `${out}/cli.mjs` },
  { ...esm, entryPoints: ['test_data/make/sample.ts'], outfile: `${out}/sample.mjs` },
  { ...esm, entryPoints: ['test/bench/plan.ts'], outfile: `${out}/bench.mjs` },
  { ...esm, entryPoints: ['test/bench/deviceEncoders.ts'], outfile: `${out}/deviceEncoders.mjs` },
  { ...esm, entryPoints: ['test/bench/deviceEdit.ts'], outfile: `${out}/deviceEdit.mjs` },
  { ...esm, entryPoints: ['test/bench/deviceTransformer.ts'], outfile: `${out}/deviceTransformer.mjs` },
  ...panels.map((panel) => ({
    ...common,
    platform: 'browser',
    target: 'chrome128',
    format: 'iife',
    entryPoints: [`src/webviews/${panel}/main.ts`],
    outfile: `${out}/webviews/${panel}.js`,
    loader: { '.ttf': 'dataurl' },
  })),
]
  .filter((bundle) => existsSync(bundle.entryPoints[0]))
  // A package has no benches, and needs nothing of what they compare with.
  .filter((bundle) => !(process.argv.includes('--inputs') && bundle.entryPoints[0].startsWith('test/')));

await rm(out, { recursive: true, force: true });
await mkdir(`${out}/webviews`, { recursive: true });
if (existsSync('node_modules/@vscode/codicons/dist')) {
  for (const file of ['codicon.css', 'codicon.ttf']) await cp(`node_modules/@vscode/codicons/dist/${file}`, `${out}/webviews/${file}`);
}
await cp('test_data/sample', `${out}/sample`, { recursive: true });

if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  const results = await Promise.all(bundles.map((bundle) => build(bundle)));
  // What the bundles were made from; the licence notices are made from it (packaging/).
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  if (process.argv.includes('--inputs')) await writeFile(`${out}/inputs.json`, JSON.stringify([...new Set(inputs)].sort()));
  for (const { metafile } of process.argv.includes('--quiet') ? [] : results) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      if (/\.(c|m)?js$/.test(file)) console.log(`${file.padEnd(28)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`);
    }
  }
}
