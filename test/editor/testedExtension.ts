import path from 'node:path';
import { inject } from 'vitest';
import { extensionFolderFor, installedPackage } from './install.mjs';

export interface TestedExtension {
  /** The editor's folder of extensions. */
  readonly extensions: string;
  /** The extension's own folder in it. */
  readonly extension: string;
}

let tested: TestedExtension | undefined;

/**
 * What the editor tests run: the package, made and installed at the first call of a test run, so that a file that lacks in
 * it fails a test. EVALMARK_EXTENSION names a folder to take as it is, such as the checkout after `npm run build`.
 */
export function testedExtension(): TestedExtension {
  tested ??= find();
  return tested;
}

function find(): TestedExtension {
  const folder = process.env.EVALMARK_EXTENSION;
  if (folder === undefined) return installedPackage(inject('packageFolder'));
  const extension = path.resolve(folder);
  return { extensions: extensionFolderFor(extension), extension };
}
