export function installEditor(): { readonly node: string; readonly entry: string };
export function extensionFolderFor(root: string): string;
