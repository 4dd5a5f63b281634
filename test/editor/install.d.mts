export function installEditor(): { readonly node: string; readonly entry: string };
export function extensionFolderFor(root: string): string;
export function installedPackage(folder: string): { readonly extensions: string; readonly extension: string };
