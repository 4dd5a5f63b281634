import { cpus } from 'node:os';
import { bytesText } from '../hub/bytesText';
import type { EnvironmentFact } from './fact';
import type { GraphicsCards } from './graphicsCards';

export interface Device {
  /** For the status bar: "cuda:0 10.2/24 GB", "cpu". */
  readonly short: string;
  readonly long: string;
}

/** What edits run on: the first NVIDIA card, else the processor. */
export function deviceOf(found: GraphicsCards | undefined): Device {
  const card = found?.cards[0];
  if (card) return { short: `cuda:0 ${(card.used / gibibyte).toFixed(1)}/${Math.round(card.total / gibibyte)} GB`, long: `${card.name}, ${bytesText(card.total)}` };
  return { short: 'cpu', long: `${processorText()}. No NVIDIA driver answered.` };
}

/** Card, memory and driver, each in a row of its own. */
export function deviceFacts(found: GraphicsCards | undefined): readonly EnvironmentFact[] {
  const card = found?.cards[0];
  if (!found || !card) {
    const detail = 'No NVIDIA driver answered (nvidia-smi). Edits run on the processor, or on what else the engine finds on this machine.';
    return [{ id: 'processor', label: 'Processor', value: processorText(), detail }];
  }
  const { cards, driver, cuda } = found;
  const same = cards.every(({ name }) => name === card.name);
  const all = cards.map(({ name, used, total }, index) => `${index}: ${name}, ${bytesText(used)} of ${bytesText(total)} in use`).join('\n');
  const sum = (of: 'used' | 'total'): number => cards.reduce((total, one) => total + one[of], 0);
  const isOld = cuda !== undefined && Number.parseInt(cuda, 10) < oldestCuda;
  return [
    { id: 'card', label: 'GPU', value: cards.length === 1 ? card.name : same ? `${cards.length} × ${card.name}` : `${card.name} and ${cards.length - 1} more`, detail: all },
    { id: 'vram', label: 'VRAM', value: `${bytesText(sum('total') - sum('used'))} of ${bytesText(sum('total'))} free`, detail: cards.length === 1 ? 'What other programs hold is missing to a model.' : all },
    {
      id: 'driver',
      label: 'Driver',
      value: `${driver}${cuda === undefined ? '' : `, CUDA ${cuda}`}`,
      detail: isOld ? `The engine needs CUDA ${oldestCuda}: update the NVIDIA driver to 580 or later. Until then edits run on the processor.` : 'CUDA is the newest that this driver serves.',
      ...(isOld ? { wanting: true } : {}),
    },
  ];
}

/** The provider of the engine's runtime is built for it. */
const oldestCuda = 13;
const gibibyte = 1024 ** 3;

function processorText(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() || 'Processor'}, ${processors.length} cores`;
}
