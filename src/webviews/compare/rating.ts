import { announce } from '../ui/live';
import type { CriterionView } from './contract';
import type { Panel } from './panel';
import { pointAt } from './viewport';

export function chooseAnswer(panel: Panel, criterion: CriterionView, value: number | boolean): void {
  const pins = panel.output?.pins.length ?? 0;
  if (criterion.kind === 'count' && typeof value === 'number' && value < pins) {
    panel.update({ fewerPins: value });
    return announce(`${pins} are pinned. Press the number of the pin that goes.`);
  }
  panel.answer(criterion.id, value);
}

export function startPin(panel: Panel): void {
  const { output, stage, currentSlot } = panel;
  if (output?.picture === undefined) return announce('There is no picture to pin.');
  panel.stay();
  const drawn = stage.drawn.get(currentSlot);
  const pointer = panel.pointer?.slot === currentSlot ? panel.pointer : undefined;
  const spot = drawn && pointer && pointAt(drawn.rect, pointer);
  if (spot) return panel.update({ pinning: { stage: 'type', ...spot } });
  panel.update({ pinning: { stage: 'place', x: 0.5, y: 0.5 } });
  announce('Move the cross-hair with the arrows or the pointer, then press Enter.');
}

export function setPin(panel: Panel, type: string): void {
  const { pinning } = panel.local;
  const { output } = panel;
  panel.update({ pinning: undefined });
  if (pinning && output) panel.rate({ kind: 'pins', pins: [...output.pins, { x: pinning.x, y: pinning.y, type }] });
}

export function removePin(panel: Panel, index: number): void {
  const { output, state } = panel;
  if (!output) return;
  const pins = output.pins.filter((_, place) => place !== index);
  const wanted = panel.local.fewerPins;
  const count = state?.criteria.find(({ kind }) => kind === 'count');
  if (wanted === undefined || !count) return panel.rate({ kind: 'pins', pins });
  if (pins.length === wanted) panel.answer(count.id, wanted, pins);
  else panel.rate({ kind: 'pins', pins });
  panel.update({ fewerPins: pins.length > wanted ? wanted : undefined });
}

export function toggleMode(panel: Panel, mode: string): void {
  const modes = panel.output?.failureModes ?? [];
  panel.rate({ kind: 'failureModes', modes: modes.includes(mode) ? modes.filter((other) => other !== mode) : [...modes, mode] });
}
