/**
 * A shared library for x64 Linux without code, which needs others by name: enough for the loader to say which of them it
 * does not find. Layout after the System V ABI, "ELF-64 Object File Format".
 */
export function elfLibrary(needed: readonly string[], also = ''): Buffer {
  const names = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}`);
  const offsets = needed.map((_, index) => 1 + needed.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0));
  const headers = 64 + 2 * 56;
  const symbols = headers;
  const strings = symbols + 24;
  const dynamic = Math.ceil((strings + names.length) / 8) * 8;
  const entries: readonly (readonly [number, number])[] = [...offsets.map((offset) => [1, offset] as const), [5, strings], [6, symbols], [10, names.length], [11, 24], [0, 0]];
  const end = dynamic + entries.length * 16;
  const file = Buffer.alloc(end + also.length);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(62, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  file.writeUInt16LE(64, 58);
  const segment = (at: number, type: number, flags: number, offset: number, size: number): void => {
    file.writeUInt32LE(type, at);
    file.writeUInt32LE(flags, at + 4);
    for (const [index, value] of [offset, offset, offset, size, size, type === 1 ? 4096 : 8].entries()) file.writeBigUInt64LE(BigInt(value), at + 8 + index * 8);
  };
  segment(64, 1, 6, 0, end);
  segment(64 + 56, 2, 6, dynamic, entries.length * 16);
  names.copy(file, strings);
  for (const [index, [tag, value]] of entries.entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamic + index * 16);
    file.writeBigUInt64LE(BigInt(value), dynamic + index * 16 + 8);
  }
  file.write(also, end);
  return file;
}
