import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../outcome';

export interface TemplateValues {
  /** The script's own path, relative to the workspace. */
  readonly script: string;
  /** `evaluation.json`, relative to the workspace, with `/`. */
  readonly evaluation: string;
  /** How many folders lie between the script and the workspace. */
  readonly depth: string;
}

/** The template for a base model or for LoRAs, with its blanks filled in. */
export async function fillTemplate(flavour: 'base' | 'lora', values: TemplateValues): Promise<Result<string>> {
  const file = path.join('media', 'templates', 'diffusers_test.py');
  const folder = installation(file);
  if (folder === undefined) {
    return fail({ code: 'template-missing', message: 'The template of the script is not where Evalmark is installed.', advice: 'Install Evalmark anew.', short: 'no template' });
  }
  const template = await readFile(path.join(folder, file), 'utf8');
  const other = flavour === 'base' ? 'lora' : 'base';
  const text = template
    .replace(new RegExp(`^# evalmark:begin ${other}\\n[\\s\\S]*?^# evalmark:end ${other}\\n`, 'gm'), '')
    .replace(/^# evalmark:(?:begin|end) \w+\n/gm, '')
    .replace(/\{\{(\w+)\}\}/g, (whole, key: string) => (key in values ? inPythonText(values[key as keyof TemplateValues]) : whole));
  return ok(text);
}

/** Folder names are a stranger's text: inside a Python string they must stay text. */
function inPythonText(value: string): string {
  return value.replace(/[\u0000-\u001F\u007F]/g, '').replace(/[\\"]/g, '\\$&');
}

declare const __dirname: string | undefined;

/** The folder upwards of this code (bundled or not) that holds the file. */
function installation(file: string): string | undefined {
  const here = typeof __dirname === 'string' ? __dirname : path.dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, file))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}
