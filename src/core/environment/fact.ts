/** One thing about this machine, as a row of the Environment view and of `evalmark doctor`. */
export interface EnvironmentFact {
  readonly id: FactId;
  readonly label: string;
  readonly value: string;
  /** Where the fact is wanting: what to do about it. */
  readonly detail: string;
  /** Something that will fail or be slow, rather than a mere fact. */
  readonly wanting?: boolean;
  readonly fix?: EnvironmentFix;
}

export type FactId = 'card' | 'vram' | 'driver' | 'processor' | 'devices' | 'cuda' | 'node' | 'disk' | 'cache' | 'python' | 'hub' | 'git';

/** What in the editor changes a fact. */
export type EnvironmentFix = { readonly kind: 'setting'; readonly setting: string } | { readonly kind: 'get-cuda' } | { readonly kind: 'enter-token' };
