// `npm start`: installs what is missing, builds, and opens the sample plan: in desktop VS Code when `code` is there, else
// in a browser with code-server, else (or with --headless) it runs the whole plan in this terminal.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { installEditor, extensionFolderFor } from '../test/editor/install.mjs';
import { installPackages, root, run } from '../test/install.mjs';

const headless = process.argv.includes('--headless');
const sample = process.env.EVALMARK_SAMPLE_FOLDER ?? path.join(root, '.evalmark', 'evalmark-sample');
const plan = path.join(sample, 'plans', 'tiny-editors', 'tasks.md');

installPackages();
run('node', ['build.mjs']);
if (headless || !existsSync(plan)) run('node', ['dist/sample.mjs', 'create', sample, ...(headless ? ['--fresh'] : [])]);

if (headless) runHeadless();
else if (has('code')) {
  run('code', ['--extensionDevelopmentPath', root, sample, plan]);
  console.log(`VS Code opens the sample in ${sample}. Look for the Evalmark view in the activity bar.`);
} else await serve();

function runHeadless() {
  console.log(`Running the sample plan ${path.relative(root, plan)} from the first box to the last.\n`);
  const answers = path.join(sample, 'answers.json');
  const { status } = spawnSync('node', ['dist/cli.mjs', 'run', plan, '--yes', '--answers', answers, '--commit', 'task'], { cwd: root, stdio: 'inherit' });
  console.log('\nCommits in the sample:');
  spawnSync('git', ['log', '--oneline', '--no-decorate'], { cwd: sample, stdio: 'inherit' });
  console.log(`\nThe plan, its documents and pictures are in ${sample}.`);
  process.exit(status ?? 1);
}

async function serve() {
  let editor;
  try {
    editor = installEditor();
  } catch (error) {
    console.log(`\nNo desktop VS Code (\`code\`) was found, and code-server cannot be had: ${error.message}\nThe sample runs in this terminal instead.\n`);
    run('node', ['dist/sample.mjs', 'create', sample, '--fresh']);
    runHeadless();
    return;
  }
  const port = await freePort();
  const extensions = extensionFolderFor(root);
  const server = spawn(
    editor.node,
    [editor.entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--extensions-dir', extensions, sample],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PATH: `${path.dirname(editor.node)}${path.delimiter}${process.env.PATH}` } },
  );
  server.on('exit', (code) => process.exit(code ?? 0));
  console.log(`\nThe sample is served at http://127.0.0.1:${port}/?folder=${encodeURIComponent(sample)}\nOpen it in a browser; Ctrl+C stops it.`);
}

function has(command) {
  return spawnSync(process.platform === 'win32' ? 'where' : 'which', [command], { stdio: 'ignore' }).status === 0;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

