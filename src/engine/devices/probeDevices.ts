import type { Device } from '../graph/graphSession';
import { machine, preferredDevices, type DeviceProbe } from './chooseDevice';

/** Whether a device computes rightly here. */
export interface DeviceState {
  readonly device: Device;
  /** Why it does not, as words that follow "because"; `undefined` when it does. */
  readonly reason: string | undefined;
}

/** Tries each device in the order in which `auto` takes them. */
export async function probeDevices(probe: DeviceProbe = machine): Promise<readonly DeviceState[]> {
  const states: DeviceState[] = [];
  for (const device of preferredDevices()) {
    const unavailable = await probe.whyUnavailable(device);
    const test = unavailable === undefined ? await probe.selfTest(device, 'float32') : undefined;
    states.push({ device, reason: unavailable ?? (test?.kind === 'wrong' ? test.reason : undefined) });
  }
  return states;
}
