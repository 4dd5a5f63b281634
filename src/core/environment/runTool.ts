import { execFile } from 'node:child_process';

/** What a tool of this machine prints; undefined where it is missing, fails or does not end within 5 s. */
export function runTool(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 5000, windowsHide: true }, (error, output, errors) => resolve(error ? undefined : output.trim() || errors.trim()));
  });
}
