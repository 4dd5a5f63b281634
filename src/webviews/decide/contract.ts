/** What the decision panel and its host say to each other. The host owns every word; the panel shows them and sends keys on. */
export type HostMessage =
  | { readonly type: 'state'; readonly state: DecideState }
  | { readonly type: 'preview'; readonly preview: PreviewView };

export type WebviewMessage =
  | { readonly type: 'ready' }
  /** A letter of the plan's options, or the person's own words where it has none. */
  | { readonly type: 'say'; readonly part: Part; readonly text: string }
  | { readonly type: 'answer'; readonly option: string; readonly question: string; readonly text: string }
  | { readonly type: 'preview' | 'write' | 'discard' | 'matrix' | 'document' };

export type Part = 'approach' | 'rationale' | 'next' | 'timeline';

export interface DecideState {
  /** Kept by the webview, and given back to the host when the editor reopens the panel. */
  readonly plan: string;
  readonly title: string;
  /** Figures to decide on, a sentence each: ranking, limits, how sure. */
  readonly figures: readonly FigureView[];
  readonly options: readonly OptionView[];
  /** As they are to be: the draft where there is one, else what the document holds. */
  readonly parts: Readonly<Record<Part, string>>;
  /** Placeholder of each part's field. */
  readonly prompts: Readonly<Record<Part, string>>;
  /** The results document, relative to the workspace. */
  readonly document: string;
  /** Something was said that is in no document yet. */
  readonly draft: boolean;
  readonly busy?: 'preview' | 'write';
  /** What came of the last writing. */
  readonly said?: { readonly tone: 'good' | 'bad'; readonly text: string };
}

export interface FigureView {
  readonly name: string;
  readonly text: string;
}

export interface OptionView {
  readonly letter: string;
  readonly title: string;
  /** Its step in the plan is ticked. */
  readonly weighed: boolean;
  /** What the data say: never a judgement. */
  readonly facts: readonly string[];
  readonly questions: readonly { readonly question: string; readonly text: string }[];
}

export interface PreviewView {
  readonly failure?: { readonly message: string; readonly advice: string };
  readonly files: readonly FileView[];
  /** Questions about hand edits that writing will put. */
  readonly asks: readonly string[];
}

export interface FileView {
  readonly file: string;
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly LineView[];
}

export interface LineView {
  readonly kind: 'same' | 'added' | 'removed' | 'gap';
  readonly text: string;
}
