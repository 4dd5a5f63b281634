import { totalmem } from 'node:os';
import path from 'node:path';
import type { LoraRecord } from '../../../core/evaluation/generation';
import type { LocalModel } from '../../../core/evaluation/inference';
import { ok, type Result } from '../../../core/outcome';
import { joinedTargets, type LoraTargets } from '../../graph/loraTargets';
import { BaseModules } from '../../lora/baseModules';
import { readLora, type LoraFile } from '../../lora/loraFile';
import { stackBytes, stackLoras, targetsOf, type LoraStack } from '../../lora/loraStack';
import { matchLora } from '../../lora/matchLora';
import { fileRecord } from '../../weights/fileRecord';
import { readSafetensorsHeader } from '../../weights/safetensorsHeader';
import type { Weights } from '../../weights/weights';

export interface ReadyLoras {
  /** Undefined without any LoRA. */
  readonly stack: LoraStack | undefined;
  readonly records: readonly LoraRecord[];
  readonly warnings: readonly string[];
  /** Whether one of them says of itself that it was distilled to Lightning's schedule. */
  readonly isLightning: boolean;
}

/**
 * The LoRAs of the edits on one base. Stacks stay as long as memory is there for them, so that several models that take
 * turns on many pictures read theirs once.
 */
export class LoraShelf {
  /** Used last comes last. */
  private readonly stacks = new Map<string, ReadyLoras>();
  private readonly modules: BaseModules;

  /** @param memory bytes that stacks beside the one in use may take */
  constructor(
    private readonly base: Weights,
    private readonly memory = totalmem() / 8,
  ) {
    this.modules = new BaseModules(base);
  }

  async take(loras: LocalModel['loras'], signal: AbortSignal): Promise<Result<ReadyLoras>> {
    if (loras.length === 0) return ok({ stack: undefined, records: [], warnings: [], isLightning: false });
    const records: { file: string; bytes: number; sha256: string }[] = [];
    for (const { path: file } of loras) records.push(await fileRecord(path.dirname(file), path.basename(file)));
    const key = JSON.stringify([loras, records]);
    const known = this.stacks.get(key);
    if (known) {
      this.keep(key, known);
      return ok(known);
    }
    const files: LoraFile[] = [];
    for (const { path: file } of loras) {
      const read = await readLora(file);
      if (!read.ok) return read;
      files.push(read.value);
    }
    const stacked = await stackLoras(files.map((file, index) => ({ file, weight: loras[index]?.scale ?? 1 })), this.base, { signal });
    if (!stacked.ok) return stacked;
    const described = files.map((file, index) => this.describe(file, { ...records[index], scale: loras[index]?.scale ?? 1 } as Pick<LoraRecord, 'file' | 'bytes' | 'sha256' | 'scale'>));
    const ready = {
      stack: stacked.value,
      records: described.map(({ record }) => record),
      warnings: described.flatMap(({ warnings }) => warnings),
      isLightning: (await Promise.all(files.map(({ path: file }) => saysLightning(file)))).includes(true),
    };
    this.keep(key, ready);
    return ok(ready);
  }

  private keep(key: string, ready: ReadyLoras): void {
    this.stacks.delete(key);
    const bytes = ({ stack }: ReadyLoras) => stack?.matches.reduce((sum, match) => sum + stackBytes(match), 0) ?? 0;
    let total = [...this.stacks.values()].reduce((sum, other) => sum + bytes(other), 0);
    for (const [oldest, other] of this.stacks) {
      if (total <= this.memory) break;
      this.stacks.delete(oldest);
      total -= bytes(other);
    }
    this.stacks.set(key, ready);
  }

  /** Modules that other LoRAs of the same run touch; those that cannot be read say so when their turn comes. */
  async targetsOf(files: readonly string[]): Promise<LoraTargets> {
    const lists: LoraTargets[] = [];
    for (const file of files) {
      const read = await readLora(file);
      const match = read.ok ? matchLora(read.value, this.modules) : read;
      if (match.ok) lists.push(targetsOf(match.value));
    }
    return joinedTargets(...lists);
  }

  private describe(file: LoraFile, known: Pick<LoraRecord, 'file' | 'bytes' | 'sha256' | 'scale'>): { readonly record: LoraRecord; readonly warnings: readonly string[] } {
    const match = matchLora(file, this.modules);
    const unmatched = match.ok ? match.value.unmatched : [];
    const matched = match.ok ? match.value.matched.length : 0;
    const name = path.basename(file.path);
    return {
      record: { ...known, format: file.spelling, rank: file.rank?.[1] ?? 0, matched, unmatched: unmatched.length },
      warnings: [
        ...(unmatched.length > 0 ? [`${unmatched.length} of ${matched + unmatched.length} layers of ${name} are not in this base and were left out (${unmatched.slice(0, 2).join(', ')}).`] : []),
        ...(file.textEncoderKeys.length > 0 ? [`${name} changes the text encoder too; that part was left out, as diffusers does.`] : []),
      ],
    };
  }
}

/** By its name or by what its trainer wrote into its header. */
async function saysLightning(file: string): Promise<boolean> {
  if (/lightning/i.test(path.basename(file))) return true;
  const header = await readSafetensorsHeader(file);
  return header.ok && Object.entries(header.value.metadata).some(([key, value]) => /name|title|description/i.test(key) && /lightning/i.test(value));
}
