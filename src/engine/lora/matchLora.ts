import path from 'node:path';
import { familyText } from '../../core/hub/loraFamily';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import type { BaseModule, BaseModules } from './baseModules';
import type { LoraFile, LoraModule } from './loraFile';
import type { LoraPart } from '../../core/hub/loraKeys';

/** A LoRA's modules beside those of a base model. */
export interface LoraMatch {
  readonly file: LoraFile;
  readonly matched: readonly MatchedModule[];
  /** Modules of the file that the base has not; diffusers leaves them out with a warning, and so do we. */
  readonly unmatched: readonly string[];
}

export interface MatchedModule {
  readonly base: BaseModule;
  readonly module: LoraModule;
}

/** Holds a LoRA against a base before anything of either is loaded; refused when it was made for another one. */
export function matchLora(file: LoraFile, base: BaseModules): Result<LoraMatch> {
  const found = file.modules.map((module) => ({ module, base: base.find(module.name) }));
  const matched = found.flatMap(({ module, base: target }) => (target ? [{ module, base: target }] : []));
  const unmatched = found.flatMap(({ module, base: target }) => (target ? [] : [module.name]));
  if (matched.length === 0 || (file.family !== undefined && base.family !== undefined && file.family !== base.family)) return fail(otherBase(file, base));
  const misfit = matched.find(({ module, base: target }) => module.shape !== undefined && !sameShape(module.shape, target.shape));
  if (misfit) return fail(otherSize(file, misfit));
  const uneven = matched.find((pair) => !vectorsFit(pair));
  if (uneven) return fail(otherSize(file, uneven));
  const twice = matched.find(({ base: target }, index) => matched.findIndex(({ base: other }) => other === target) < index);
  if (twice) return fail(namedTwice(file, twice));
  return ok({ file, matched, unmatched });
}

function sameShape([rows, columns]: readonly [number, number], [baseRows, baseColumns]: readonly [number, number]): boolean {
  return rows === baseRows && columns === baseColumns;
}

/** A bias and DoRA's magnitudes have one number for each output; older LyCORIS has a magnitude for each input. */
function vectorsFit({ module: { tensors }, base: { shape } }: MatchedModule): boolean {
  const size = (part: LoraPart) => tensors.get(part)?.shape.reduce((product, side) => product * side, 1);
  const [rows, columns] = shape;
  const scale = tensors.get('doraScale')?.shape;
  const scaleFits = scale === undefined || (size('doraScale') === rows && scale[0] === rows) || (size('doraScale') === columns && scale[0] === 1);
  return scaleFits && (['upBias', 'biasDifference', 'magnitude'] as const).every((part) => [undefined, rows].includes(size(part)));
}

function otherBase({ path: file, family, modules }: LoraFile, base: BaseModules): Failure {
  const name = path.basename(file);
  const differs = family !== undefined && family !== base.family;
  return {
    code: 'lora-other-base',
    message: differs
      ? `${name} is a LoRA for ${familyText[family]}${base.family === undefined ? '' : `; this base model is ${familyText[base.family]}`}.`
      : `${name} is a LoRA for another model: none of its ${modules.length} layers, such as ${(modules[0]?.name ?? '').slice(0, 80)}, is one of this base.`,
    advice: differs ? `Choose a LoRA for this base model, or run this one on ${familyText[family]}.` : 'Choose a LoRA for this base model.',
    short: differs ? `for ${familyText[family]}`.slice(0, 16) : 'other base model',
  };
}

function otherSize({ path: file }: LoraFile, { base, module }: MatchedModule): Failure {
  return {
    code: 'lora-other-base',
    message: `${path.basename(file)} was trained on a model of another size: its ${base.path} changes [${module.shape?.join(', ') ?? 'a bias'}], this base has [${base.shape.join(', ')}].`,
    advice: 'Choose a LoRA for this base model.',
    short: 'other model size',
  };
}

function namedTwice({ path: file }: LoraFile, { base }: MatchedModule): Failure {
  return {
    code: 'lora-broken',
    message: `${path.basename(file)} is broken: it changes ${base.path} twice, under two spellings.`,
    advice: 'Download it again; if it stays so, tell its author.',
    short: 'broken LoRA',
  };
}
