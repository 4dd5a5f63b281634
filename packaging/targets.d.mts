export const targets: Readonly<Record<string, { readonly os: string; readonly cpu: string; readonly runtime: readonly string[] }>>;
export const ownTarget: string | undefined;
