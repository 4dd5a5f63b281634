/** Pictures of candidates and cards: asked of the host once, kept as object addresses while the page lives. */
export class Pictures {
  private readonly known = new Map<string, string | undefined>();
  private readonly waiting = new Map<string, ((url: string | undefined) => void)[]>();

  /** @param ask sends the request to the host */
  constructor(private readonly ask: (repository: string, address: string) => void) {}

  /** The address to show; undefined while it is not there, or when there is none. */
  get(repository: string, address: string): string | undefined {
    return this.known.get(keyOf(repository, address));
  }

  /** Calls back once, at once when it is there already. */
  want(repository: string, address: string, then: (url: string | undefined) => void): void {
    const key = keyOf(repository, address);
    if (this.known.has(key)) return then(this.known.get(key));
    const others = this.waiting.get(key);
    this.waiting.set(key, [...(others ?? []), then]);
    if (!others) this.ask(repository, address);
  }

  arrive(repository: string, address: string, bytes: Uint8Array | undefined): void {
    const key = keyOf(repository, address);
    const url = bytes && URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'image/webp' }));
    this.known.set(key, url);
    const callbacks = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    for (const callback of callbacks) callback(url);
  }
}

function keyOf(repository: string, address: string): string {
  return `${repository}\n${address}`;
}
