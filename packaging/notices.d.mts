export function licenceNotices(inputs: readonly string[], folders: readonly string[]): string;
