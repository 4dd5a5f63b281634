import type { Place } from './place';

/** What is wrong with `executor` is reported to its place. */
export function checkExecutor(executor: Place | undefined): void {
  if (!executor?.isObject()) return;
  executor.at('kind').oneOf(['local']);
  const devices = executor.at('devices').optional();
  devices?.each((device) => String(device.whole(0, 1023)));
  if (Array.isArray(devices?.value) && devices.value.length === 0) devices.report('must name at least one GPU');
}
