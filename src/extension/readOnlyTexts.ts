import { EventEmitter, Uri, workspace, type Event, type TextDocumentContentProvider } from 'vscode';
import { Lifetime } from './lifetime';

/** Texts that are shown in editors and lie in no file. */
export class ReadOnlyTexts implements TextDocumentContentProvider {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<Uri>());
  private readonly texts = new Map<string, string>();

  constructor(private readonly scheme: string) {
    this.lifetime.add(workspace.registerTextDocumentContentProvider(scheme, this));
  }

  get onDidChange(): Event<Uri> {
    return this.changed.event;
  }

  /** @param path as a tab shows it, with the ending that tells the language */
  put(path: string, text: string): Uri {
    const uri = Uri.from({ scheme: this.scheme, path });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent({ path }: Uri): string {
    return this.texts.get(path) ?? '';
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}
