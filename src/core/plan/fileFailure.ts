import path from 'node:path';
import type { Failure } from '../outcome';

/** What went wrong with a plan's file, in words that a person can act on. */
export function fileFailure(error: unknown, file: string, doing: 'read' | 'written'): Failure {
  const { code, message } = describe(error);
  const name = path.basename(file);
  const known = failures[code]?.(name, path.dirname(file), doing);
  return {
    ...(known ?? { code: 'plan-file', message: `${name} could not be ${doing}: ${message}.`, advice: 'Correct that, then try again.' }),
    detail: error instanceof Error ? (error.stack ?? message) : message,
  };
}

export function errorCode(error: unknown): string {
  return describe(error).code;
}

type Words = Omit<Failure, 'detail'>;

const failures: Readonly<Record<string, (name: string, folder: string, doing: 'read' | 'written') => Words>> = {
  ENOENT: (name, folder, doing) =>
    doing === 'read'
      ? { code: 'plan-missing', message: `There is no ${name} in ${folder}.`, advice: 'Choose another plan, or create this one.', short: 'no plan' }
      : { code: 'plan-missing', message: `${name} is no longer in ${folder}.`, advice: 'Put it back, then try again.', short: 'no plan' },
  ENOTDIR: (name, folder) => ({ code: 'plan-missing', message: `There is no ${name} in ${folder}.`, advice: 'Choose another plan.', short: 'no plan' }),
  EISDIR: (name) => ({ code: 'plan-folder', message: `${name} is a folder and no file.`, advice: 'Choose the plan itself.', short: 'a folder' }),
  ELOOP: (name) => ({ code: 'plan-missing', message: `${name} is a link that leads to itself.`, advice: 'Correct the link.', short: 'broken link' }),
  EACCES: noRights,
  EPERM: noRights,
  EROFS: (name) => ({ code: 'read-only', message: `${name} lies on a disk that is read-only.`, advice: 'Copy the plan to a place where it can be written.', short: 'read-only' }),
  ENOSPC: fullDisk,
  EDQUOT: fullDisk,
  EFBIG: (name) => ({ code: 'plan-too-large', message: `${name} is larger than 100 MB.`, advice: 'Split the plan.', short: 'too large' }),
  EBUSY: (name) => ({ code: 'plan-busy', message: `${name} is being written by another program.`, advice: 'Try again in a moment.', short: 'plan is busy' }),
  EMFILE: (name, _folder, doing) => ({ code: 'too-many-files', message: `${name} could not be ${doing}: too many files are open.`, advice: 'Close some programs, then try again.' }),
};

function noRights(name: string, folder: string, doing: 'read' | 'written'): Words {
  return {
    code: 'no-permission',
    message: `You may not ${doing === 'read' ? 'read' : 'write'} ${name} in ${folder}.`,
    advice: doing === 'read' ? 'Give yourself the right to read it.' : 'Give yourself the right to write the file and its folder. Nothing was changed.',
    short: 'no permission',
  };
}

function fullDisk(name: string, folder: string): Words {
  return {
    code: 'disk-full',
    message: `${name} could not be written: the disk that holds ${folder} is full.`,
    advice: 'Free some space, then try again. The plan is as it was.',
    short: 'disk is full',
  };
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return { code, message };
}
