import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { l10n, commands, ProgressLocation, Uri, window, workspace, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { tokenSecret } from '../plans/planServices';
import type { PlanSet } from '../plans/planSet';

/** Commands that bring a plan: opening one, making one, getting the sample; and the Hub's token. */
export class StartCommands {
  constructor(
    private readonly context: ExtensionContext,
    private readonly plans: PlanSet,
    private readonly log: LogOutputChannel,
  ) {}

  async openPlan(): Promise<void> {
    const browse = { label: '$(folder-opened) Browse…', description: 'a plan outside this workspace' };
    const known = this.plans.all.map(({ name, uri }) => ({ label: `$(checklist) ${name}`, description: workspace.asRelativePath(uri), uri }));
    const all = [...known, { ...browse, uri: undefined }];
    const choice = known.length > 0 ? await window.showQuickPick(all, { title: l10n.t('Open a plan'), matchOnDescription: true }) : all[0];
    if (!choice) return;
    if (choice.uri) {
      await window.showTextDocument(choice.uri);
      return;
    }
    const [file] = (await window.showOpenDialog({ title: l10n.t('Open a plan'), openLabel: l10n.t('Open Plan'), filters: { Plans: ['md'] }, canSelectMany: false })) ?? [];
    if (file) await this.openFile(file);
  }

  /** Writes a plan for comparing image-editing models into a folder of its own, and opens it. */
  async newPlan(): Promise<void> {
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? (await pickFolder('Where shall the plan go?'));
    if (folder === undefined) return;
    const title = await window.showInputBox({
      title: l10n.t('New plan'),
      prompt: l10n.t('What do you evaluate? The plan gets a folder of this name under plans/.'),
      value: 'Image editor comparison',
      validateInput: (value) => (folderName(value) === '' ? 'Use at least one letter or digit.' : undefined),
    });
    if (title === undefined) return;
    const file = path.join(folder, 'plans', folderName(title), 'tasks.md');
    await mkdir(path.dirname(file), { recursive: true });
    const template = await readFile(this.context.asAbsolutePath('media/plans/image-editors.md'), 'utf8');
    const text = template.replaceAll('${title}', title.trim()).replaceAll('${name}', folderName(title));
    try {
      await writeFile(file, text, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        void window.showWarningMessage(l10n.t('The plan could not be written: {0}', messageOf(error)));
        return;
      }
      void window.showInformationMessage(l10n.t('A plan of this name is there already; it was opened and left as it is.'));
    }
    if (workspace.workspaceFolders) await this.openFile(Uri.file(file));
    else await commands.executeCommand('vscode.openFolder', Uri.file(folder));
  }

  /** Copies the sample into a folder that the person picks, as a repository of its own. */
  async openSample(): Promise<void> {
    const parent = await pickFolder('Where shall the sample go? It gets a folder “evalmark-sample” there.');
    if (parent === undefined) return;
    const folder = path.join(parent, 'evalmark-sample');
    try {
      await window.withProgress({ location: ProgressLocation.Notification, title: l10n.t('Making the sample…') }, () => this.makeSample(folder));
    } catch (error) {
      this.log.error(messageOf(error));
      void window.showErrorMessage(l10n.t('The sample could not be made. The log says why.'), l10n.t('Show Log')).then((answer) => answer && this.log.show());
      return;
    }
    await commands.executeCommand('vscode.openFolder', Uri.file(folder));
  }

  async learnPlans(): Promise<void> {
    await commands.executeCommand('workbench.action.openWalkthrough', `${this.context.extension.id}#evalmark.start`, false);
  }

  async enterToken(): Promise<void> {
    const token = await window.showInputBox({
      title: l10n.t('Hugging Face token'),
      prompt: l10n.t('Kept in the editor’s secret storage, sent only to the Hub. Make one under Settings, Access Tokens.'),
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) => (value === '' || /^\S{8,}$/.test(value.trim()) ? undefined : 'A token has no blanks and begins with hf_.'),
    });
    if (token === undefined || token.trim() === '') return;
    await this.context.secrets.store(tokenSecret, token.trim());
    void window.showInformationMessage(l10n.t('The Hub token was stored. Steps use it from now on.'));
  }

  async forgetToken(): Promise<void> {
    await this.context.secrets.delete(tokenSecret);
    void window.showInformationMessage(l10n.t('The stored Hub token is gone. One in HF_TOKEN or of the hf tool is still found.'));
  }

  private async openFile(file: Uri): Promise<void> {
    if (!workspace.getWorkspaceFolder(file)) {
      const open = 'Open Its Folder';
      const answer = await window.showInformationMessage(l10n.t('This plan lies outside the workspace. Evalmark works in the folder of a plan.'), { modal: true }, open);
      if (answer === open) await commands.executeCommand('vscode.openFolder', Uri.file(path.dirname(file.fsPath)));
      return;
    }
    await window.showTextDocument(file);
    await this.plans.find();
    if (!this.plans.of(file)) {
      void window.showWarningMessage(l10n.t('The setting “evalmark.plan.files” does not name this file, so it is not shown as a plan.'), l10n.t('Open Setting')).then((answer) => {
        if (answer) void commands.executeCommand('workbench.action.openSettings', 'evalmark.plan.files');
      });
    }
  }

  private async makeSample(folder: string): Promise<void> {
    const script = this.context.asAbsolutePath('dist/sample.mjs');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, 'create', folder], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
    for (const line of `${stdout}${stderr}`.split('\n')) if (line.trim()) this.log.info(line);
  }
}

async function pickFolder(title: string): Promise<string | undefined> {
  const chosen = await window.showOpenDialog({ title, openLabel: l10n.t('Use This Folder'), canSelectFolders: true, canSelectFiles: false, canSelectMany: false, defaultUri: Uri.file(homedir()) });
  return chosen?.[0]?.fsPath;
}

function folderName(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
