import { open, readlink } from 'node:fs/promises';

/** What a file that should be a model is instead, as words that follow "it is". */
export async function identifyFile(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return (await readlink(file).catch(() => undefined)) === undefined ? 'a file that cannot be read' : 'a link to a file that is not there';
  try {
    const { size } = await handle.stat();
    if (size === 0) return 'an empty file';
    const head = Buffer.alloc(Math.min(size, 512));
    await handle.read(head, 0, head.length, 0);
    return describe(head, size);
  } finally {
    await handle.close();
  }
}

function describe(head: Buffer, size: number): string {
  const text = head.toString('latin1');
  const start = text.replace(/^\xEF\xBB\xBF/, '').trimStart().toLowerCase();
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return 'a web page (perhaps an error or login page that was saved as the model)';
  if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer of a few lines, not the file that it points to';
  if (isSafetensors(head, size)) return 'a safetensors file (weights without a graph)';
  if (text.startsWith('GGUF')) return 'a GGUF file';
  if (text.startsWith('PK\u0003\u0004')) return 'a ZIP archive, such as PyTorch saves';
  if (head[0] === 0x80 && (head[1] ?? 9) <= 5) return 'a Python pickle';
  if (text.startsWith('\x89PNG') || text.startsWith('\xFF\xD8\xFF') || text.startsWith('GIF8')) return 'a picture';
  if (start.startsWith('{') || start.startsWith('[')) return 'a JSON file';
  if (start.startsWith('<?xml') || start.startsWith('<')) return 'an XML file';
  if (/^[\t\n\r -~]*$/.test(text)) return 'a text file';
  return 'data of an unknown kind';
}

/** Eight bytes with the header's length, then the header as JSON. */
function isSafetensors(head: Buffer, size: number): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = head.readBigUInt64LE(0);
  return length > 1n && length < BigInt(size);
}
