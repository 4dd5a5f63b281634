// `npm test`: installs what is missing, checks, and runs every suite that this machine can run; says which it could not.
// With CI=true a suite that could not run is a failure. The last line sums up: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installEditor } from './editor/install.mjs';
import { installPackages, root } from './install.mjs';

const inCi = process.env.CI === 'true';
const totals = { passed: 0, failed: 0, skipped: 0 };
const notRun = [];

installPackages();
step('check', 'npm', ['run', '--silent', 'check']);
step('build', 'node', ['build.mjs']);
suite('unit', 'vitest.config.ts');

const noSlurm = whySlurmTestsAreSkipped();
if (noSlurm) notRun.push(`tests with a real Slurm: ${noSlurm}`);

const missing = whatEditorTestsLack();
if (missing) {
  notRun.push(`editor tests: ${missing}`);
  if (inCi) totals.failed += 1;
} else suite('editor', 'vitest.editor.config.ts');

console.log('');
for (const reason of notRun) console.log(`NOT RUN  ${reason}`);
console.log(`${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(totals.failed > 0 ? 1 : 0);

/** A step counts as one test: it passes or it fails. */
function step(name, command, args) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status === 0) totals.passed += 1;
  else totals.failed += 1;
}

function suite(name, config) {
  console.log(`\n== ${name}`);
  const report = path.join(root, 'coverage', `${name}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { cwd: root, stdio: 'inherit' });
  if (!existsSync(report)) {
    totals.failed += 1;
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const brokenFiles = testResults.filter(({ status: result, assertionResults }) => result === 'failed' && assertionResults.every((test) => test.status !== 'failed')).length;
  totals.passed += numPassedTests;
  totals.failed += numFailedTests + brokenFiles;
  totals.skipped += numPendingTests;
  if (status !== 0 && numFailedTests + brokenFiles === 0) totals.failed += 1;
}

/** The tests themselves say it too, but far above the last lines. */
function whySlurmTestsAreSkipped() {
  if (process.getuid?.() !== 0) return 'starting its daemons needs root';
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin'];
  const lacking = ['munged', 'slurmctld', 'slurmd'].find((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
  return lacking && `${lacking} is not installed (Debian: apt-get install --no-install-recommends slurm-wlm munge)`;
}

function whatEditorTestsLack() {
  if (!browser()) return 'no Chromium was found (Debian: apt-get install chromium; elsewhere set EVALMARK_CHROMIUM)';
  try {
    installEditor();
    return undefined;
  } catch (error) {
    return `code-server cannot be had here: ${error.message}`;
  }
}

function browser() {
  return [process.env.EVALMARK_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
}
