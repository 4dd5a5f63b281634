import { commands, l10n, TabInputTextDiff, window, type CancellationToken, type QuickPickItem } from 'vscode';
import type { ConfirmQuestion } from '../../core/actions/action';
import { ReadOnlyTexts } from '../readOnlyTexts';

/** Asks whether one text may replace another, with both side by side in the editor. */
export class CompareTexts {
  private readonly texts = new ReadOnlyTexts('evalmark-compare');

  /** `false`: the person keeps theirs; `undefined`: they did not say. */
  async ask({ title, agree, compare }: ConfirmQuestion & { readonly compare: NonNullable<ConfirmQuestion['compare']> }, token: CancellationToken): Promise<boolean | undefined> {
    const before = this.texts.put(`/${l10n.t('yours')}/${compare.name}.md`, lowered(compare.name, compare.before));
    const after = this.texts.put(`/${l10n.t('Evalmark')}/${compare.name}.md`, lowered(compare.name, compare.after));
    await commands.executeCommand('vscode.diff', before, after, l10n.t('{0}: yours ↔ Evalmark', compare.name), { preview: false });
    const keep: QuickPickItem = { label: `$(person) ${l10n.t('Keep Mine')}`, description: l10n.t('what you wrote stays') };
    const replace: QuickPickItem = { label: `$(replace) ${agree}`, description: l10n.t('by what stands on the right') };
    try {
      const answer = await window.showQuickPick([keep, replace], { title, ignoreFocusOut: true, placeHolder: l10n.t('The editor shows both. What is kept?') }, token);
      return answer && answer === replace;
    } finally {
      const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
      await window.tabGroups.close(tabs.filter(({ input }) => input instanceof TabInputTextDiff && input.modified.toString() === after.toString()));
    }
  }

  dispose(): void {
    this.texts.dispose();
  }
}

/** The question lies over the first lines of the editor, so the texts begin below it. */
function lowered(name: string, text: string): string {
  return `<!-- ${name} -->${'\n'.repeat(6)}${text}\n`;
}
