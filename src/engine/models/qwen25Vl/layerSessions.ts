import { ok, type Result } from '../../../core/outcome';
import type { GraphBuilder } from '../../graph/graphBuilder';
import { openGraph, type GraphOptions, type GraphSession, type NumberTensor } from '../../graph/graphSession';
import type { Section } from '../sections';

export type Feeds = Readonly<Record<string, NumberTensor>>;

/** The graphs of a tower of layers, opened when first needed. Either they stay open, or only one is open at a time. */
export class LayerSessions {
  private readonly open = new Map<string, GraphSession>();

  constructor(
    private readonly options: GraphOptions,
    private readonly staysOpen: boolean,
  ) {}

  /**
   * Takes each state through all sections; those of one section before the next is opened. An output `x.next` is the
   * input `x` of the section behind.
   *
   * @param signal looked at between sections; when it says so, its reason is thrown
   */
  async run(tower: string, sections: readonly Section[], build: (section: Section) => GraphBuilder, inputs: readonly Feeds[], signal?: AbortSignal): Promise<Result<readonly Feeds[]>> {
    let states = inputs;
    for (const section of sections) {
      signal?.throwIfAborted();
      const name = `${tower} ${section.first}-${section.end}`;
      const session = await this.session(name, () => build(section));
      if (!session.ok) return session;
      const next: Feeds[] = [];
      for (const state of states) next.push({ ...state, ...handedOn(await session.value.run(state)) });
      states = next;
      if (!this.staysOpen) await this.close(name);
    }
    return ok(states);
  }

  async dispose(): Promise<void> {
    for (const name of [...this.open.keys()]) await this.close(name);
  }

  private async session(name: string, build: () => GraphBuilder): Promise<Result<GraphSession>> {
    const known = this.open.get(name);
    if (known) return ok(known);
    const session = await openGraph(build(), this.options);
    if (session.ok) this.open.set(name, session.value);
    return session;
  }

  private async close(name: string): Promise<void> {
    const session = this.open.get(name);
    this.open.delete(name);
    await session?.release();
  }
}

function handedOn(results: Feeds): Feeds {
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name.replace(/\.next$/, ''), tensor]));
}
