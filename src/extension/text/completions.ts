import { CompletionItem, CompletionItemKind, CompletionTriggerKind, languages, MarkdownString, Range, SnippetString, type CancellationToken, type CompletionContext, type CompletionItemProvider, type Position, type TextDocument } from 'vscode';
import { Lifetime } from '../lifetime';
import type { PlanSet } from '../plans/planSet';
import { linkPlaceAt, suggestionsAt, type LinkPlace, type Suggestion } from './linkCompletion';

/** Completes the comment that links a step: actions, their arguments, and models that the evaluation knows. */
export class Completions implements CompletionItemProvider {
  private readonly lifetime = new Lifetime();

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(languages.registerCompletionItemProvider({ language: 'markdown' }, this, '<', '!', '-', ':', ' ', '=', ',', '"'));
  }

  async provideCompletionItems(document: TextDocument, position: Position, _token: CancellationToken, { triggerKind }: CompletionContext): Promise<CompletionItem[]> {
    const host = this.plans.of(document.uri);
    const place = host && linkPlaceAt(document.lineAt(position.line).text, position.character);
    // Nobody who only writes a sentence wants a list at each blank.
    if (!place || (place.kind === 'comment' && place.start === place.end && triggerKind !== CompletionTriggerKind.Invoke)) return [];
    const source = place.kind === 'value' && typeof place.argument.values === 'string' ? place.argument.values : undefined;
    const known = source === undefined ? [] : await (await import('./linkValues')).linkValues(source, host.paths.planFolder);
    const range = new Range(position.line, place.start, position.line, place.end);
    return suggestionsAt(place, known).map((suggestion, index) => item(suggestion, place, range, index));
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}

function item({ label, detail, about, snippet, more }: Suggestion, place: LinkPlace, range: Range, index: number): CompletionItem {
  const made = new CompletionItem(label, kinds[place.kind]);
  made.detail = detail;
  made.documentation = new MarkdownString(about);
  made.insertText = new SnippetString(snippet);
  made.range = range;
  made.sortText = String(index).padStart(3, '0');
  if (more) made.command = { command: 'editor.action.triggerSuggest', title: '' };
  return made;
}

const kinds: Readonly<Record<LinkPlace['kind'], CompletionItemKind>> = {
  comment: CompletionItemKind.Snippet,
  action: CompletionItemKind.Function,
  argument: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
};
