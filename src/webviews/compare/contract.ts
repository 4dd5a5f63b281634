/**
 * What the compare panel and its host say to each other. Before the reveal nothing in here names or follows a model:
 * outputs are letters that are shuffled in each cell, pictures are random ids.
 */
export type HostMessage =
  /** One whole state after each change; never patches. */
  | { readonly type: 'state'; readonly state: CompareState }
  /** Of a big picture the bytes are a small copy of the whole, and its tiles are asked for. */
  | { readonly type: 'picture'; readonly id: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly tiled?: TiledView }
  | { readonly type: 'pictureMissing'; readonly id: string }
  | ({ readonly type: 'tile'; readonly bytes: Uint8Array<ArrayBuffer> } & TileName)
  | ({ readonly type: 'tileMissing' } & TileName);

/** A picture that is looked at by tiles. */
export interface TiledView {
  readonly width: number;
  readonly height: number;
  /** Pixels of a tile's side; those at the right and lower edge have fewer. */
  readonly tileSize: number;
  /** Sizes that there are tiles of: the last has every pixel, each before it half as many in both directions. */
  readonly levels: number;
}

export interface TileName {
  /** Of the picture. */
  readonly id: string;
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** Asks are numbered, so that a state tells whether it already follows from them. */
export type WebviewMessage = PlainMessage & { readonly ask?: number };

type PlainMessage =
  /** The first message; the host posts nothing before it. A reloaded panel names the cell it was at. */
  | { readonly type: 'ready'; readonly cell?: number }
  | { readonly type: 'picture'; readonly id: string }
  | ({ readonly type: 'tile' } & TileName)
  | { readonly type: 'rate'; readonly cell: number; readonly letter: string; readonly change: Change; readonly milliseconds: number }
  | { readonly type: 'undo' }
  | { readonly type: 'go'; readonly cell: number }
  | { readonly type: 'reveal' }
  /** Begins or leaves voting on pairs of models that the ratings do not tell apart. */
  | { readonly type: 'voting'; readonly on: boolean }
  | { readonly type: 'vote'; readonly choice: 'left' | 'right' | 'tie' | 'bothBad'; readonly milliseconds: number }
  /** Rates in this window although another one has rated for the same person. */
  | { readonly type: 'takeOver' }
  | { readonly type: 'newSession' }
  | { readonly type: 'openRatings' }
  | { readonly type: 'close' };

export type Change =
  /** `null` takes the answer back. Pins come along when a count goes under their number. */
  | { readonly kind: 'answer'; readonly criterion: string; readonly value: number | boolean | null; readonly pins?: readonly Pin[] }
  | { readonly kind: 'pins'; readonly pins: readonly Pin[] }
  | { readonly kind: 'failureModes'; readonly modes: readonly string[] }
  | { readonly kind: 'note'; readonly note: string }
  | { readonly kind: 'flag' | 'best' | 'worst'; readonly on: boolean };

export interface Pin {
  /** 0 to 1 from the left and the top of the picture. */
  readonly x: number;
  readonly y: number;
  /** An id of `pinTypes`. */
  readonly type: string;
}

export interface CompareState {
  /** Number of the newest ask that this state follows from; absent before the first. */
  readonly replied?: number;
  /** Kept by the webview, and given back to the host when the editor reopens the panel. */
  readonly restore: RestoreKey;
  readonly title: string;
  /** There is nothing to look at: why, and what to do. */
  readonly empty?: { readonly message: string; readonly advice: string };
  readonly criteria: readonly CriterionView[];
  /** The criterion that the plan's step asks for. */
  readonly focus?: string;
  readonly failureModes: readonly string[];
  readonly blind: boolean;
  readonly cell: CellView | undefined;
  /** The cell was asked for: it is shown also where the session is finished. */
  readonly wanted?: true;
  /** Those around the current cell: a session can have tens of thousands. */
  readonly cells: readonly CellMark[];
  /** Index of the first of `cells`. */
  readonly firstCell: number;
  readonly cellCount: number;
  /** The next other cell with outputs to rate. */
  readonly nextGap?: number;
  readonly progress: ProgressView;
  readonly save: SaveState;
  /** The newest change, for the toast and for where an undo leads. */
  readonly last?: LastChange;
  /** Pictures that are likely wanted next. */
  readonly prefetch: readonly string[];
  /** Lines of the ratings file that could not be read. */
  readonly brokenLines: number;
  /** Once every output is rated. */
  readonly summary?: SummaryView;
  /** While pairs are voted on. */
  readonly vote?: VoteView;
  /** Another window has rated for the same person: this one only shows until it is asked to take over. */
  readonly elsewhere?: true;
  /** Keys that are bound anew, by command; `[]` for none. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
}

export interface VoteView {
  readonly given: number;
  readonly most: number;
  /** Pairs of models whose order is not sure yet. */
  readonly pairsLeft: number;
  readonly canUndo: boolean;
  /** Absent when there is nothing left to ask. Which model stands on which side follows from the session's seed. */
  readonly question?: { readonly source: string; readonly left: string; readonly right: string; readonly prompt: string; readonly kind: string };
}

export interface RestoreKey {
  readonly plan: string;
  readonly token: string;
}

export type CriterionView =
  | { readonly kind: 'scale'; readonly id: string; readonly label: string; readonly minimum: number; readonly maximum: number; readonly anchors?: readonly [string, string] }
  | { readonly kind: 'yesNo' | 'count'; readonly id: string; readonly label: string };

export interface CellView {
  readonly index: number;
  readonly picture: string;
  /** "Camera angle" */
  readonly kind: string;
  readonly prompt: string;
  /** What all outputs of the cell were made with, so that it tells none from another: "seed 7 · 4 steps". */
  readonly settings: string;
  /** Edits that move the camera make pixel differences mean little. */
  readonly aligned: boolean;
  readonly source: { readonly picture: string | undefined; readonly width: number; readonly height: number; readonly face?: FaceBox; readonly clipped?: true };
  readonly outputs: readonly OutputView[];
}

export interface OutputView {
  readonly letter: string;
  /** `undefined`: missing or not decodable. */
  readonly picture: string | undefined;
  /** Where its face is, if one was found. */
  readonly face?: FaceBox;
  readonly answers: Readonly<Record<string, number | boolean>>;
  readonly failureModes: readonly string[];
  readonly pins: readonly Pin[];
  readonly note: string;
  readonly flagged: boolean;
  readonly best: boolean;
  readonly worst: boolean;
  /** Every criterion has an answer. */
  readonly rated: boolean;
  /** Rated before, but the picture has been replaced since. */
  readonly changed: boolean;
  /** Measured, and told only once the output is rated: "Unchanged". */
  readonly remarks: readonly string[];
  /** Only after the reveal, as are the settings that it was made with. */
  readonly model?: string;
  readonly settings?: string;
}

/** In shares of the picture's width and height. */
export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface CellMark {
  readonly thumbnail: string | undefined;
  readonly rated: number;
  readonly partly: boolean;
  /** Outputs that can be rated. */
  readonly outputs: number;
  readonly flagged: boolean;
}

export interface ProgressView {
  readonly rated: number;
  readonly total: number;
  readonly secondsPerOutput?: number;
  readonly secondsLeft?: number;
}

export type SaveState =
  | { readonly kind: 'none' }
  | { readonly kind: 'saved'; readonly at: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly letter: string; readonly row: string };

export interface LastChange {
  /** Counts up, so that the same change twice is two changes. */
  readonly id: number;
  readonly text: string;
  readonly cell: number;
  readonly letter: string;
  /** The row it was made in: a criterion id, or the kind of the change. */
  readonly row: string;
  /** Whether there is something to undo; an undo itself is not undone. */
  readonly undo: boolean;
}

export interface SummaryView {
  /** Weighted kappa on silent repeats, and how many answers it rests on. */
  readonly selfAgreement?: { readonly kappa: number; readonly n: number };
  readonly anchors?: { readonly met: number; readonly n: number };
  readonly minutes?: number;
  readonly limit?: number;
  readonly shareLabel: string;
  readonly columns: readonly string[];
  readonly models: readonly ModelRow[];
  /** Names of models that the ratings cannot tell apart. */
  readonly tiedPairs: readonly (readonly [string, string])[];
  /** Names of models whose interval lies across the limit. */
  readonly notProven: readonly string[];
  /** Indices of cells with a flag. */
  readonly flagged: readonly number[];
  readonly notes: readonly string[];
}

export interface ModelRow {
  /** "Model 4" until the reveal. */
  readonly name: string;
  readonly share?: { readonly value: number; readonly low: number; readonly high: number; readonly verdict?: 'pass' | 'fail' | 'notProven' };
  /** One text for each of `columns`. */
  readonly figures: readonly string[];
  readonly rank: string;
}
