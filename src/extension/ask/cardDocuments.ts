import { commands, EventEmitter, Uri, workspace, type TextDocumentContentProvider } from 'vscode';
import type { Look } from '../../core/actions/action';
import { Lifetime } from '../lifetime';

/**
 * Model cards as read-only documents, shown in VS Code's own Markdown preview: it runs no script of a card and loads no
 * picture that its security setting forbids.
 */
export class CardDocuments implements TextDocumentContentProvider {
  private readonly lifetime = new Lifetime();
  private readonly changed = new EventEmitter<Uri>();
  private readonly texts = new Map<string, string>();

  constructor() {
    this.lifetime.add(this.changed);
    this.lifetime.add(workspace.registerTextDocumentContentProvider(scheme, this));
  }

  get onDidChange() {
    return this.changed.event;
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.path) ?? 'This card is no longer here. Run its step again to fetch it.';
  }

  async show({ repository, title, markdown }: Extract<Look, { kind: 'card' }>): Promise<boolean> {
    const uri = Uri.from({ scheme, path: `/${repository}.md` });
    this.texts.set(uri.path, `# ${title}\n\n${withoutHtml(markdown)}`);
    this.changed.fire(uri);
    await commands.executeCommand('markdown.showPreview', uri);
    return true;
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}

const scheme = 'evalmark-card';

/** Raw HTML of a card is shown as text: tags are what strangers wrote, and a preview may be trusted one day. */
function withoutHtml(markdown: string): string {
  return markdown
    .split(/(^```[\s\S]*?^```|`[^`\n]*`)/m)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/<(?=[a-z/!?])(?!https?:)/gi, '&lt;')))
    .join('');
}
