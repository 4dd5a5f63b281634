/** The picture panel's messages; host and webview both import this file and nothing else of each other. */
export type HostMessage =
  | { readonly kind: 'state'; readonly state: PicturesState }
  /** No bytes: the picture cannot be drawn. */
  | { readonly kind: 'thumbnail'; readonly id: string; readonly bytes?: Uint8Array }
  | { readonly kind: 'busy'; readonly text: string | undefined }
  | { readonly kind: 'said'; readonly text: string; readonly tone: 'info' | 'error' };

export type WebviewMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'thumbnail'; readonly id: string }
  /** A file that was dropped or pasted, as base64. */
  | { readonly kind: 'content'; readonly name: string; readonly base64: string }
  /** Files that the editor's own tree names when they are dropped: `file:` addresses. */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'choose' }
  | { readonly kind: 'draw' }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'replace'; readonly id: string }
  | { readonly kind: 'mend'; readonly id: string; readonly mend: MendId }
  | { readonly kind: 'move'; readonly id: string; readonly by: -1 | 1 }
  | { readonly kind: 'words'; readonly id: string; readonly words: string }
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'copy' }
  | { readonly kind: 'rename' }
  | { readonly kind: 'thresholds' }
  | { readonly kind: 'undo' }
  | { readonly kind: 'done' };

export type MendId = 'light' | 'frame' | 'bare';

export interface PicturesState {
  /** To be found again after the editor was closed. */
  readonly plan: string;
  /** The evaluation's folder, as the plan writes it. */
  readonly folder: string;
  /** How many the plan asks for; undefined where it does not say. */
  readonly wanted: number | undefined;
  /** What the names become: "test_01.jpg". */
  readonly pattern: string | undefined;
  /** In the folder, but not named so. */
  readonly misnamed: number;
  readonly pictures: readonly PictureCard[];
  /** What the pictures have in common that they should not: "All are lit alike". */
  readonly variety: { readonly text: string; readonly alike: boolean };
  readonly canUndo: boolean;
}

export interface PictureCard {
  readonly id: string;
  readonly name: string;
  /** What it will be called once it is copied; undefined where it lies in the folder already. */
  readonly becomes: string | undefined;
  /** "1024 × 768 · JPEG, 1.2 MB". */
  readonly facts: string;
  readonly checks: readonly Check[];
  /** What a copy will do of itself: "metadata dropped". */
  readonly notes: readonly string[];
  readonly mends: readonly { readonly id: MendId; readonly label: string }[];
  readonly words: string;
  /** It cannot be read; nothing was measured. */
  readonly unreadable: string | undefined;
}

export interface Check {
  readonly label: string;
  readonly value: string;
  /** "at least 512". */
  readonly wanted: string;
  readonly passes: boolean;
}
