import { execFile } from 'node:child_process';
import type { DeviceState } from './devices/probeDevices';
import type { EngineProgram } from './engineChild';

/** The word that makes the child's entry try the devices, print what it found, and end. */
export const probeWord = 'probe-devices';

/** What of this machine computes rightly, tried in a process of its own: a driver may take it down. */
export interface DeviceReport {
  /** In the order in which they are tried; empty when the process ended before it answered. */
  readonly devices: readonly DeviceState[];
  readonly onnxruntime: string | undefined;
  /** What the process said, when it ended without an answer. */
  readonly problem?: string;
}

/** @param entry the bundled child, `dist/engine.cjs` */
export function reportDevices(entry: string, { file, environment }: EngineProgram): Promise<DeviceReport> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' };
    execFile(file, [entry, probeWord], { env, timeout: 120_000, windowsHide: true, maxBuffer: 1 << 24 }, (error, output, errors) => {
      const answer = /^\{.*\}$/m.exec(output)?.[0];
      if (answer !== undefined) resolve(JSON.parse(answer) as DeviceReport);
      else resolve({ devices: [], onnxruntime: undefined, problem: told(errors) ?? error?.message.split('\n')[0] ?? 'without a word' });
    });
  });
}

/** The line of a process's last words that says what went wrong. */
function told(errors: string): string | undefined {
  const lines = errors.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/^(at |node:)/.test(line));
  return (lines.find((line) => /Error:/.test(line)) ?? lines[0])?.slice(0, 300);
}
