interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What a panel and its host say to each other, and what the panel keeps when the editor closes and opens it again. */
export interface PanelContract {
  readonly incoming: unknown;
  readonly outgoing: unknown;
  readonly kept: unknown;
}

/** The editor's side of the panel, typed by the panel's contract. */
export interface Host<Contract extends PanelContract> {
  send(message: Contract['outgoing']): void;
  recall(): Contract['kept'] | undefined;
  keep(state: Contract['kept']): void;
}

export function connect<Contract extends PanelContract>(receive: (message: Contract['incoming']) => void): Host<Contract> {
  const api = acquireVsCodeApi();
  // Only the editor can post into a panel's frame; its messages are typed by the contract that both sides import.
  addEventListener('message', ({ data }: MessageEvent<Contract['incoming']>) => receive(data));
  return {
    send: (message) => api.postMessage(message),
    recall: () => api.getState(),
    keep: (state) => api.setState(state),
  };
}
