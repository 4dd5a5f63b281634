import type { EditProgress, EditRequest, EditResult } from '../core/evaluation/inference';
import type { Result } from '../core/outcome';

/** Raised whenever host and child of different builds would misunderstand each other. */
export const protocolVersion = 1;

export type HostMessage =
  | { readonly kind: 'edit'; readonly id: number; readonly request: EditRequest }
  /** The edit stops at its next stage and answers with the failure `cancelled`. */
  | { readonly kind: 'cancel'; readonly id: number };

export type ChildMessage =
  | { readonly kind: 'ready'; readonly protocol: number }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: EditProgress }
  | { readonly kind: 'result'; readonly id: number; readonly result: Result<EditResult> };

/** Whether a message from the other side has a shape that this build knows. */
export function isChildMessage(message: unknown): message is ChildMessage {
  const { kind, id, protocol } = fields(message);
  return kind === 'ready' ? typeof protocol === 'number' : (kind === 'progress' || kind === 'result') && typeof id === 'number';
}

export function isHostMessage(message: unknown): message is HostMessage {
  const { kind, id, request } = fields(message);
  return typeof id === 'number' && (kind === 'cancel' || (kind === 'edit' && typeof request === 'object' && request !== null));
}

function fields(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
}
