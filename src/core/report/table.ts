/**
 * A GFM table. Cells are data, often from strangers: pipes, line ends and HTML in them are made harmless; inline
 * Markdown such as `**bold**` and links stays. Missing cells are empty, surplus ones are dropped.
 */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${header.map((_, column) => cell(cells[column] ?? '')).join(' | ')} |`;
  return [line(header), `| ${header.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** Text as plain words inside Markdown: nothing in it is formatted, linked, or read as HTML. */
export function plainText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]~|]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

function cell(text: string): string {
  return oneLine(text).replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/(?<!\\)((?:\\\\)*)\|/g, '$1\\|');
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').replace(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '').trim();
}
