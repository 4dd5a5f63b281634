/** `owner/name`, or a bare `name` as the oldest repositories have it; nothing that could leave the cache as a folder. */
export function isRepositoryName(name: string): boolean {
  return /^(?:[A-Za-z0-9][\w.-]{0,95}\/)?[A-Za-z0-9][\w.-]{0,95}$/.test(name) && !name.includes('..') && !name.includes('--');
}

/** A branch, tag or commit that is safe as a path below `refs`. */
export function isRevisionName(revision: string): boolean {
  return revision.length <= 200 && revision.split('/').every((part) => /^[A-Za-z0-9_][\w.+@-]*$/.test(part) && !part.includes('..') && !part.endsWith('.lock'));
}

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Whether a file's name, given by a stranger, stays below the folder it is put in, on every system. */
export function isSafePath(name: string): boolean {
  if (name === '' || name.length > 1000 || /[\u0000-\u001F\\]/.test(name)) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255 && !/^[A-Za-z]:/.test(part));
}

/** Windows gives these names to devices and drops dots and blanks at the end. */
export function isSafeWindowsPath(name: string): boolean {
  return name.split('/').every((part) => !/[<>:"|?*]/.test(part) && !/[. ]$/.test(part) && !/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(part));
}

/** For an address: each segment encoded, so that `#`, blanks and `?` arrive. */
export function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
