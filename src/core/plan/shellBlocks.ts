import type { Blocks, ClosedBlock } from './blocks';
import type { ShellBlock } from './plan';

/** The commands of a fence in a shell's language; undefined for every other fence. */
export function readShellBlock(blocks: Blocks, fence: ClosedBlock, introduction: string | undefined): ShellBlock | undefined {
  const language = /^[\w-]+/.exec(fence.info)?.[0].toLowerCase();
  if (fence.kind !== 'fence' || language === undefined || !shellLanguages.has(language)) return undefined;
  const lines = fenceLines(blocks, fence);
  return { language, line: fence.line + 1, lines, placeholders: placeholdersOf(lines), introduction };
}

/** The lines between a fence's marks, without the indent that the fence itself has. */
export function fenceLines(blocks: Blocks, fence: ClosedBlock): readonly string[] {
  const last = fence.ended ? fence.endLine - 1 : fence.endLine;
  const lines: string[] = [];
  for (let line = fence.line + 1; line < last; line++) {
    const start = blocks.starts[line] ?? 0;
    const blanks = Math.min(blocks.shifts[line] ?? 0, fence.indent);
    lines.push(blocks.source.slice(start + blanks, blocks.ends[line]));
  }
  while (!fence.ended && lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

const shellLanguages = new Set(['bash', 'sh', 'shell', 'zsh', 'console', 'powershell', 'pwsh', 'ps1']);

/** `<model-name>` would be a redirect to a shell. What begins with `<<`, or stands in a comment, is left alone. */
function placeholdersOf(lines: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const line of lines) {
    if (!line.includes('<') || line.trimStart().startsWith('#')) continue;
    for (const [, name] of line.matchAll(/(?<!<)<([A-Za-z][\w.-]{0,60}(?:[ /][\w.-]{1,60}){0,4})>/g)) if (name !== undefined) found.add(name);
  }
  return [...found];
}
