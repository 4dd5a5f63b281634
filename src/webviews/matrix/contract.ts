/**
 * What the matrix panel and its host say to each other. Models are letters; their names come along only once they may be
 * known. Pictures are random ids.
 */
export type HostMessage =
  | { readonly type: 'state'; readonly state: MatrixState }
  /** The pictures behind a number that was pressed. */
  | { readonly type: 'pictures'; readonly set: PictureSet }
  | { readonly type: 'picture'; readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'pictureMissing'; readonly id: string };

export type WebviewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'picture'; readonly id: string }
  /** All outputs of a model, or those of one edit. */
  | { readonly type: 'show'; readonly model: string; readonly edit?: string }
  /** Opens a cell in the compare panel. */
  | { readonly type: 'open'; readonly cell: string }
  | { readonly type: 'review' | 'reveal' | 'write' | 'weights' | 'networks' }
  | { readonly type: 'export'; readonly format: ExportFormat };

export type ExportFormat = 'csv' | 'json' | 'markdown' | 'svg';

export type Verdict = 'pass' | 'fail' | 'notProven';

export interface MatrixState {
  /** Kept by the webview, and given back to the host when the editor reopens the panel. */
  readonly plan: string;
  readonly facts: readonly string[];
  readonly empty?: { readonly message: string; readonly advice: string };
  /** Models are letters until the reveal. */
  readonly blind?: { readonly text: string };
  /** What is left out, and why. */
  readonly warnings: readonly string[];
  readonly models: readonly ModelHead[];
  readonly verdicts: readonly VerdictRow[];
  readonly table: { readonly subtitle: string; readonly columns: readonly ColumnView[]; readonly rows: readonly RowView[] };
  readonly charts: Readonly<Partial<Record<'sameCharacter' | 'overall' | 'seconds' | 'memory' | 'artifacts', SvgView>>>;
  readonly notes: readonly NoteView[];
  readonly heat: HeatView;
  /** How measurements go with ratings; empty until something is measured. */
  readonly measurements: MeasurementsView;
  readonly gallery: readonly GallerySection[];
}

export interface MeasurementsView {
  readonly criteria: readonly string[];
  readonly rows: readonly MeasurementRow[];
  /** Networks that are not on this disk, as "Identity (SFace): 38.7 MB, Apache-2.0". */
  readonly missing: readonly string[];
  /** Some of them can be downloaded. */
  readonly offered: boolean;
  /** "120 of 160 measured"; absent when nothing is under way. */
  readonly progress?: string;
  /** Identity against the turn of the head. */
  readonly identity?: SvgView;
}

export interface MeasurementRow {
  readonly name: string;
  /** Compared among outputs of one source and one edit only. */
  readonly within: boolean;
  /** By criterion; `says` where the interval leaves out 0. */
  readonly cells: readonly ({ readonly text: string; readonly interval: string; readonly n: number; readonly says: boolean } | undefined)[];
}

export interface ModelHead {
  readonly letter: string;
  /** Absent while blind. */
  readonly title?: string;
  readonly recipe?: string;
}

export interface VerdictRow {
  readonly name: string;
  readonly basis: string;
  /** In the order of `models`; what a model has no figure for is absent. */
  readonly cells: readonly ({ readonly verdict: Verdict; readonly text: string } | undefined)[];
}

export interface ColumnView {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly numeric: boolean;
}

export interface RowView {
  readonly letter: string;
  readonly title: string;
  readonly recipe: string;
  /** Why there is nothing to compare: "not run", "not rated". */
  readonly missing?: string;
  readonly cells: Readonly<Record<string, CellValue>>;
}

export interface CellValue {
  /** Absent sorts last, in both directions. */
  readonly sort?: number;
  readonly text: string;
  readonly sub?: string;
  /** A small interval on a scale of 0 to 1. */
  readonly bar?: { readonly low: number; readonly high: number; readonly value: number; readonly limit?: number };
}

/** An element of a drawing. */
export interface SvgView {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (SvgView | string)[];
}

export interface NoteView {
  readonly lead?: string;
  readonly text: string;
}

export interface HeatView {
  readonly measures: readonly MeasureView[];
  readonly kinds: readonly { readonly label: string; readonly edits: readonly HeatRow[] }[];
  /** Over all edits, by measure, in the order of `models`. */
  readonly totals: Readonly<Record<string, readonly (CellValue | undefined)[]>>;
}

export interface MeasureView {
  readonly id: string;
  readonly label: string;
  /** "mean of 5 pictures, 1-5" */
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly lowIsGood: boolean;
  /** Under it (over it, where low is good) a number is outlined. */
  readonly poor: number;
  readonly decimals: number;
  readonly percent: boolean;
}

export interface HeatRow {
  readonly edit: string;
  readonly prompt: string;
  /** By measure, in the order of `models`. */
  readonly values: Readonly<Record<string, readonly (number | undefined)[]>>;
}

export interface GallerySection {
  readonly title: string;
  readonly rule: string;
  readonly picks: readonly Pick[];
}

export interface Pick {
  readonly cell: string;
  readonly letter: string;
  readonly title: string;
  readonly prompt: string;
  readonly scores: string;
  readonly detail: string;
  readonly pictures: readonly PickPicture[];
}

export interface PickPicture {
  readonly label: string;
  readonly picture: string;
  readonly pins: readonly { readonly x: number; readonly y: number }[];
}

export interface PictureSet {
  readonly title: string;
  readonly picks: readonly Pick[];
  /** How many there are, when not all are shown. */
  readonly total: number;
}
