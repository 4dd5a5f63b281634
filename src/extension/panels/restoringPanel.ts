import { window, type Disposable, type WebviewPanel } from 'vscode';

/** What a panel kept of itself: the plan that it was about, and which page of it. */
export interface KeptPanel {
  /** Absolute. */
  readonly plan: string;
  readonly page: unknown;
}

/**
 * Reopens tabs after the editor was closed, where they were left. One that does not know its plan any more is closed.
 * @param restore says whether it took the tab over
 */
export function restoringPanel(viewType: string, restore: (panel: WebviewPanel, kept: KeptPanel) => Promise<boolean>): Disposable {
  return window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      const { plan, page } = (state ?? {}) as { readonly plan?: unknown; readonly page?: unknown };
      if (typeof plan !== 'string' || !(await restore(panel, { plan, page }))) panel.dispose();
    },
  });
}
