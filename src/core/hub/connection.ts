/** How a run reaches the Hub. The composition root (extension, CLI, test) makes it from settings and environment. */
export interface HubConnection {
  /** Origin without a trailing slash. */
  readonly endpoint: string;
  /** Never logged, never written, never sent to another origin. */
  readonly token: string | undefined;
  /** The `hub` folder of the standard Hugging Face cache, shared with Python tools. */
  readonly cacheFolder: string;
  readonly offline: boolean;
}
