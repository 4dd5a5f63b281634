import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where other programs keep models: what the settings name, and ComfyUI's usual places that are there. */
export function modelFolders(named: readonly string[] = [], home = homedir()): readonly string[] {
  const given = named.map((folder) => (folder === '~' || /^~[\\/]/.test(folder) ? path.join(home, folder.slice(1)) : folder)).filter((folder) => path.isAbsolute(folder));
  return [...new Set([...given, ...usual.map((folder) => path.join(home, folder))])].filter((folder) => existsSync(folder));
}

const usual = ['ComfyUI/models', 'comfy/ComfyUI/models', 'Documents/ComfyUI/models'];
