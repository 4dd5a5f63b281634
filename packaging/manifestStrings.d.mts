export function withStrings(manifest: unknown, strings: Readonly<Record<string, string>>): unknown;
