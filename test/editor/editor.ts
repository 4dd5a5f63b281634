import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { installEditor } from './install.mjs';
import { testedExtension } from './testedExtension';

export const root = path.resolve(import.meta.dirname, '../..');

export interface EditorOptions {
  /** The folder to open. */
  readonly workspace: string;
  readonly theme?: 'dark' | 'light' | 'highContrast';
  /** Ask whether to trust the folder, as a desktop editor does; otherwise everything is trusted. */
  readonly workspaceTrust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

const themes = { dark: 'Default Dark Modern', light: 'Default Light Modern', highContrast: 'Default High Contrast' } as const;

/** A running VS Code with the extension, and a browser page in it. */
export class Editor {
  private constructor(
    private readonly server: ChildProcess,
    private readonly browser: Browser,
    private readonly folders: readonly string[],
    readonly page: Page,
    /** Everything the editor's page logged as an error. */
    readonly consoleErrors: readonly string[],
  ) {}

  static async open(options: EditorOptions): Promise<Editor> {
    const { node, entry } = installEditor();
    // Short: sockets below it have a path limit of about 100 characters.
    const data = await mkdtemp(path.join(tmpdir(), 'ev-'));
    const { extensions } = testedExtension();
    await writeSettings(data, options);
    const port = await freePort();
    const server = spawn(
      node,
      [
        entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override',
        '--user-data-dir', data, '--extensions-dir', extensions,
        ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: environment(node), detached: true },
    );
    const output: string[] = [];
    server.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    server.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    await waitForServer(port, server, output);

    const browser = await chromium.launch({
      executablePath: browserPath(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const consoleErrors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(options.workspace)}`);
    await page.locator('.monaco-workbench').waitFor({ timeout: 90_000 });
    return new Editor(server, browser, [data], page, consoleErrors);
  }

  /** Process id of the editor's server. */
  get serverId(): number | undefined {
    return this.server.pid;
  }

  /** Opens the Evalmark container in the activity bar. */
  async showEvalmark(): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item a[aria-label^="Evalmark"]').first();
    await tab.waitFor({ timeout: 60_000 });
    const checked = await tab.getAttribute('aria-selected').catch(() => undefined);
    if (checked !== 'true') await tab.click();
  }

  /** A row of the Evalmark trees by what it shows. */
  row(text: string | RegExp) {
    return this.page.locator('.monaco-list-row').filter({ hasText: text });
  }

  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.editor-instance .monaco-editor').first().waitFor();
  }

  async screenshot(name: string): Promise<void> {
    const folder = path.join(import.meta.dirname, 'screenshots');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  /** Where a person wants to look at it afterwards. */
  async screenshotIfWanted(name: string): Promise<void> {
    if (takesScreenshots) await this.screenshot(name);
  }

  /** Reloads as the editor itself does: it saves first what is open. */
  async reloadWindow(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 90_000 });
  }

  /** What Evalmark wrote into its log so far. */
  async log(): Promise<string> {
    const folder = path.join(this.folders[0] ?? '', 'logs');
    const files = existsSync(folder) ? (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('Evalmark.log')) : [];
    return (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('\n');
  }

  async close(): Promise<void> {
    await this.browser.close();
    if (this.server.pid !== undefined && this.server.exitCode === null) {
      const ended = new Promise((resolve) => this.server.once('exit', resolve));
      try {
        process.kill(-this.server.pid, 'SIGTERM');
      } catch {
        this.server.kill();
      }
      await ended;
    }
    for (const folder of this.folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where a picture of each panel in each theme lands: `npm run test:editor` with EVALMARK_SCREENSHOTS=1. */
export const takesScreenshots = process.env.EVALMARK_SCREENSHOTS === '1';

function environment(node: string): NodeJS.ProcessEnv {
  const { VSCODE_IPC_HOOK_CLI: _none, ...rest } = process.env;
  return { ...rest, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`, SHELL: '/bin/bash' };
}

async function writeSettings(data: string, { theme = 'dark', settings = {}, workspaceTrust }: EditorOptions): Promise<void> {
  const user = path.join(data, 'User');
  await mkdir(user, { recursive: true });
  const all = {
    'workbench.colorTheme': themes[theme],
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'chat.disableAIFeatures': true,
    'extensions.ignoreRecommendations': true,
    'git.openRepositoryInParentFolders': 'never',
    'window.autoDetectColorScheme': false,
    'security.workspace.trust.enabled': workspaceTrust === true,
    'telemetry.telemetryLevel': 'off',
    'editor.accessibilitySupport': 'off',
    // Browsers save by themselves; a desktop editor does not.
    'files.autoSave': 'off',
    ...settings,
  };
  await writeFile(path.join(user, 'settings.json'), JSON.stringify(all, undefined, 2));
  // Settings of the machine that the extensions run on are not read from those of the person before it.
  const machine = path.join(data, 'Machine');
  await mkdir(machine, { recursive: true });
  await writeFile(path.join(machine, 'settings.json'), JSON.stringify(settings, undefined, 2));
}

async function waitForServer(port: number, server: ChildProcess, output: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) throw new Error(`code-server ended with ${server.exitCode}:\n${output.join('')}`);
    const answered = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`code-server did not answer:\n${output.join('')}`);
}

export function browserPath(): string {
  const found = [process.env.EVALMARK_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
  if (!found) throw new Error('No Chromium was found; set EVALMARK_CHROMIUM to one.');
  return found;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
