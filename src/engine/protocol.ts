import type { EditProgress, EditRequest, EditResult } from '../core/evaluation/inference';
import type { NetworkMeasureRequest, NetworkMeasurement } from '../core/evaluation/networkMeasures';
import type { Result } from '../core/outcome';

/** Raised whenever host and child of different builds would misunderstand each other. */
export const protocolVersion = 4;

/** Each file descriptor that the child has beside the three usual ones and the channel of messages. */
export const heartbeatDescriptor = 4;

export type HostMessage =
  /** The first one, once the child said that it is ready. */
  | { readonly kind: 'open'; readonly settings: EngineProcessSettings }
  | { readonly kind: 'edit'; readonly id: number; readonly request: EditRequest }
  | { readonly kind: 'measure'; readonly id: number; readonly request: NetworkMeasureRequest }
  /** The job stops at its next stage or step and answers with the failure `cancelled`. */
  | { readonly kind: 'cancel'; readonly id: number };

export interface EngineProcessSettings {
  /** Absolute; where what is costly to compute is kept between runs. Nothing is kept when left out. */
  readonly cacheFolder?: string;
  /** How much of the device's memory may be used; all that is free when left out. */
  readonly memoryBytes?: number;
}

export type ChildMessage =
  | { readonly kind: 'ready'; readonly protocol: number }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: EditProgress }
  | { readonly kind: 'result'; readonly id: number; readonly result: Result<EditResult> }
  | { readonly kind: 'measured'; readonly id: number; readonly result: Result<NetworkMeasurement> };
