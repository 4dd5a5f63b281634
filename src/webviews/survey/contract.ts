/** The survey panel's messages; host and webview both import this file and nothing else of each other. */
export type HostMessage = { readonly kind: 'state'; readonly state: SurveyState } | { readonly kind: 'said'; readonly text: string };

export type WebviewMessage =
  | { readonly kind: 'ready' }
  /** `null` clears a score. */
  | { readonly kind: 'score'; readonly repository: string; readonly criterion: string; readonly value: number | null }
  | { readonly kind: 'select'; readonly repository: string; readonly selected: boolean }
  | { readonly kind: 'exclude'; readonly repository: string }
  | { readonly kind: 'include'; readonly repository: string }
  | { readonly kind: 'category'; readonly repository: string }
  | { readonly kind: 'card'; readonly repository: string }
  | { readonly kind: 'done' };

/** Everything the panel shows; posted whole after each change. */
export interface SurveyState {
  readonly title: string;
  /** "image-to-image · tiny-edit · 12 read, 3 min ago". */
  readonly subtitle: string;
  readonly criteria: readonly string[];
  readonly rows: readonly SurveyRow[];
  readonly hidden: readonly HiddenRow[];
}

export interface SurveyRow {
  readonly repository: string;
  readonly base: string;
  readonly relation: string;
  readonly license: string;
  readonly gated: boolean;
  readonly likes: number;
  readonly downloads: number;
  /** ISO date, day only. */
  readonly updated: string;
  readonly compatible: { readonly sign: 'pass' | 'warning' | 'error' | 'question'; readonly text: string };
  readonly scores: Readonly<Record<string, number>>;
  readonly score: number | undefined;
  readonly selected: boolean;
  readonly category: string;
  /** "MISLEADING (scene population)". */
  readonly verdict: string;
}

export interface HiddenRow {
  readonly repository: string;
  readonly reason: string;
}
