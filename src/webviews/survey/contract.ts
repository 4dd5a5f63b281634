/** The survey panel's messages; host and webview both import this file and nothing else of each other. */
export type HostMessage =
  | { readonly kind: 'state'; readonly state: SurveyState }
  /** After a change: only the rows that differ, and what they add up to. */
  | { readonly kind: 'rows'; readonly rows: readonly SurveyRow[]; readonly totals: Totals }
  /** A step asks for a verdict on this one. */
  | { readonly kind: 'open'; readonly repository: string }
  | { readonly kind: 'details'; readonly repository: string; readonly details: Details | { readonly failure: string } }
  /** No bytes: there is no such picture, or it may not be shown. */
  | { readonly kind: 'picture'; readonly repository: string; readonly address: string; readonly bytes?: Uint8Array }
  | { readonly kind: 'busy'; readonly text: string | undefined }
  | { readonly kind: 'said'; readonly text: string; readonly tone: 'info' | 'error' };

export type WebviewMessage =
  | { readonly kind: 'ready' }
  /** `null` clears a score. */
  | { readonly kind: 'score'; readonly repository: string; readonly criterion: string; readonly value: number | null }
  | { readonly kind: 'select'; readonly repositories: readonly string[]; readonly selected: boolean }
  | { readonly kind: 'exclude'; readonly repositories: readonly string[] }
  | { readonly kind: 'include'; readonly repositories: readonly string[] }
  | { readonly kind: 'category'; readonly repositories: readonly string[] }
  | { readonly kind: 'verdict'; readonly repository: string; readonly word: string; readonly reason: string }
  | { readonly kind: 'weight'; readonly criterion: string; readonly value: number }
  /** Selects a candidate for a place in the selection. */
  | { readonly kind: 'place'; readonly repository: string; readonly category: string }
  | { readonly kind: 'undo' }
  | { readonly kind: 'details'; readonly repository: string }
  | { readonly kind: 'picture'; readonly repository: string; readonly address: string }
  /** An address in a card, or a page of the repository on the Hub: ` ` for the page itself, `/tree/main` for its files. */
  | { readonly kind: 'link'; readonly repository: string; readonly address: string }
  /** Takes example prompts and trigger words of a card over into `evaluation.json`. */
  | { readonly kind: 'examples'; readonly repository: string }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'document' }
  | { readonly kind: 'done' };

/** Everything the panel shows of the list; posted whole when it opens and when the file was changed by someone else. */
export interface SurveyState {
  /** To be found again after the editor was closed; absolute path. */
  readonly plan: string;
  readonly title: string;
  /** What was asked for: "image-to-image", "search “qwen”", "plus adapters of Qwen/Qwen-Image-Edit-2509". */
  readonly query: readonly string[];
  /** "50 read, 12 min ago". */
  readonly age: string;
  /** Why the list may be old: "From survey.json, 3 days old". */
  readonly offline: string | undefined;
  /** What the step that opened the panel waits for. */
  readonly page: 'list' | 'relevance' | 'select';
  /** Date of the search before, when there was one: "28 Oct". */
  readonly newSince: string | undefined;
  readonly document: string;
  readonly verdicts: readonly { readonly word: string; readonly label: string; readonly means: string }[];
  readonly rows: readonly SurveyRow[];
  readonly totals: Totals;
}

/** What changes with the rows. */
export interface Totals {
  readonly criteria: readonly CriterionColumn[];
  readonly range: { readonly minimum: number; readonly maximum: number };
  /** What the plan's download steps ask for. */
  readonly slots: readonly Slot[];
  /** Bytes. */
  readonly download: number;
  readonly here: number;
  readonly free: number | undefined;
  readonly gated: number;
  readonly canUndo: boolean;
}

export interface CriterionColumn {
  /** In the plan's own words, as in `scores`. */
  readonly id: string;
  /** Short, for a column. */
  readonly label: string;
  readonly weight: number;
  /** Filled in by Evalmark and not asked: quality. */
  readonly computed: boolean;
}

export interface Slot {
  /** What is downloaded for it; empty where the plan names a model whose kind it does not say. */
  readonly category: string;
  /** The one model that the plan names; others do not fit. */
  readonly repository: string | undefined;
  readonly label: string;
  /** "Task 2.4: face/identity preservation LoRAs". */
  readonly asked: string;
  readonly minimum: number;
  readonly maximum: number;
}

export type Sign = 'pass' | 'warning' | 'error' | 'question' | 'refused';

export interface SurveyRow {
  readonly repository: string;
  /** Place in the Hub's own order. */
  readonly place: number;
  /** Address of a picture, to be asked for by `picture`. */
  readonly picture: string | undefined;
  /** First sentence of the card. */
  readonly does: string;
  readonly base: string;
  readonly baseSign: 'warning' | 'error' | undefined;
  readonly relation: string;
  /** `LoRA`, `ControlNet`, `Model`; empty while nothing was read. */
  readonly kind: string;
  /** "r 16 · 295 MB". */
  readonly size: string;
  readonly layers: string;
  readonly license: string;
  readonly gated: boolean;
  readonly likes: number;
  readonly downloads: number;
  readonly trending: number;
  /** ISO date, day only. */
  readonly updated: string;
  /** "+120 likes", "new commit"; what changed since the search before. */
  readonly changed: string;
  readonly isNew: boolean;
  readonly compatible: { readonly sign: Sign; readonly text: string; readonly detail: string };
  readonly scores: Readonly<Record<string, number>>;
  /** Weighted mean. */
  readonly score: number | undefined;
  readonly selected: boolean;
  /** Why it would be among the first, or why not. */
  readonly reason: string;
  readonly category: string;
  /** Category that its scores or its name speak for; empty where neither decides. */
  readonly suggested: string;
  /** "MISLEADING (scene population)". */
  readonly verdict: string;
  readonly excluded: string | undefined;
  /** Bytes that choosing it would download. */
  readonly bytes: number;
  readonly here: boolean;
  /** Tags, for the search. */
  readonly tags: string;
}

export interface Details {
  readonly revision: string;
  readonly warnings: readonly { readonly severity: 'error' | 'warning'; readonly text: string }[];
  readonly claims: readonly { readonly subject: string; readonly card: string | undefined; readonly files: string | undefined; readonly sign: 'agrees' | 'differs' | 'contradicts' | 'not claimed' }[];
  /** Keys and shapes. */
  readonly found: { readonly key: string; readonly shape: string } | undefined;
  readonly quotes: readonly { readonly text: string; readonly line: number }[];
  readonly pictures: readonly string[];
  readonly triggers: readonly string[];
  readonly prompts: readonly string[];
  readonly files: readonly { readonly path: string; readonly size: string; readonly chosen: boolean }[];
  /** The card as HTML, not yet made safe. */
  readonly html: string;
  readonly unread: string | undefined;
  /** Where a verdict is written: "line 38 of tasks.md". */
  readonly planLine: string | undefined;
}
