import { createHash } from 'node:crypto';
import type { Generation } from '../../evaluation/generation';
import type { OutputFigures } from '../../images/comparison/measureCache';
import type { Machine, RecordedGeneration, ResultsRecord, RunEnvironment } from './resultsRecord';

type Tables = Pick<ResultsRecord, 'environments' | 'models' | 'pictures' | 'edits' | 'generations'>;

export interface PlacedGeneration {
  readonly generation: Generation;
  /** The picture, relative to the results folder, with `/`. */
  readonly file: string;
  readonly machine: Machine | undefined;
  readonly measures?: OutputFigures | undefined;
}

/** Splits sidecars into lines and tables; the same generations give the same tables, in whatever order they come. */
export function tablesOf(placed: readonly PlacedGeneration[]): Tables {
  const environments = new Table<RunEnvironment>();
  const models = new Table<Generation['model']>();
  const pictures = new Table<Generation['picture']>();
  const edits = new Table<Generation['edit']>();
  const lines = placed.map(({ generation, file, machine, measures }): RecordedGeneration => {
    const { version: _version, picture, edit, model, device, precision, versions, engine, ...own } = generation;
    const { stages, ...shaping } = engine ?? {};
    return {
      ...own,
      picture: pictures.keyOf(picture.file, picture),
      edit: edits.keyOf(edit.id, edit),
      model: models.keyOf(generation.modelId, model),
      environment: environments.keyOf(`${device}-${precision}`, { device, precision, versions, ...(machine && { machine }), ...(engine && { engine: shaping as Omit<typeof engine, 'stages'> }) }),
      ...(stages && { stages }),
      output: { ...own.output, file },
      ...(measures && { measures }),
    };
  });
  const generations = lines.sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
  return { environments: environments.sorted(), models: models.sorted(), pictures: pictures.sorted(), edits: edits.sorted(), generations };
}

/** The sidecars again; lines whose keys lead nowhere (a merge gone wrong) are left out. */
export function generationsOf(record: Tables): readonly PlacedGeneration[] {
  return record.generations.flatMap(({ picture, edit, model, environment, stages, measures, ...own }): readonly PlacedGeneration[] => {
    const [foundPicture, foundEdit, foundModel, ran] = [record.pictures[picture], record.edits[edit], record.models[model], record.environments[environment]];
    if (!foundPicture || !foundEdit || !foundModel || !ran) return [];
    const { device, precision, versions, machine, engine } = ran;
    const output = { ...own.output, file: own.output.file.slice(own.output.file.lastIndexOf('/') + 1) };
    const generation: Generation = {
      version: 1, ...own, picture: foundPicture, edit: foundEdit, model: foundModel, device, precision, versions, output,
      ...(engine && { engine: { ...engine, stages: stages ?? {} } }),
    };
    return [{ generation, file: own.output.file, machine, measures }];
  });
}

/** Values by a readable key that also holds a part of their hash, so that a key means the same on every branch. */
class Table<Value extends object> {
  private readonly values = new Map<string, Value>();

  keyOf(label: string, value: Value): string {
    const key = `${label}#${createHash('sha256').update(canonical(value)).digest('hex').slice(0, 8)}`;
    if (!this.values.has(key)) this.values.set(key, value);
    return key;
  }

  sorted(): Readonly<Record<string, Value>> {
    return Object.fromEntries([...this.values].sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1))) : inner,
  );
}
