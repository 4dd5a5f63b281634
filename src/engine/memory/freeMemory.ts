import { queryDevices } from './nvidiaSmi';
import type { Device } from '../graph/graphSession';
import type { Room } from './memoryPlan';

/**
 * What is free on a device for a model; where several GPUs are there, on the first, which is the one that is used.
 * @param held bytes that the model holds already
 * @param most that may be used in all, whatever is free
 */
export async function freeMemory(device: Device, held: number, most = Number.POSITIVE_INFINITY): Promise<Room> {
  if (device === 'cpu') return { bytes: Math.min(most, process.availableMemory() + held), kind: 'of memory' };
  if (device !== 'cuda') return { bytes: undefined, kind: 'of GPU memory' };
  const [first] = await queryDevices();
  return { bytes: first && Math.min(most, first.totalBytes - first.usedBytes + held), kind: 'of GPU memory' };
}
