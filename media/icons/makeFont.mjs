// Makes media/icons/evalmark.ttf: the few icons that VS Code's own set lacks, drawn from rectangles.
// Run it after a change: `node media/icons/makeFont.mjs`.
import { writeFileSync } from 'node:fs';

const em = 1000;

/** Rectangles as [left, bottom, right, top] in units of the em, y upwards. */
const icons = [
  // A gate in a fence: two posts, two rails.
  { code: 0xe001, rectangles: [[187, 94, 250, 906], [750, 94, 813, 906], [187, 687, 813, 750], [187, 437, 813, 500]] },
];

const glyphs = [Buffer.alloc(0), ...icons.map(({ rectangles }) => glyph(rectangles))];
const tables = {
  'OS/2': os2(), cmap: cmap(), glyf: Buffer.concat(glyphs), head: head(), hhea: hhea(), hmtx: hmtx(), loca: loca(), maxp: maxp(), name: name(), post: post(),
};
writeFileSync(new URL('evalmark.ttf', import.meta.url), font(tables));

function glyph(rectangles) {
  const points = rectangles.flatMap(([left, bottom, right, top]) => [[left, bottom], [left, top], [right, top], [right, bottom]]);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const deltas = (values) => values.map((value, index) => value - (values[index - 1] ?? 0));
  return padded(
    i16(rectangles.length, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)),
    u16(...rectangles.map((_, index) => index * 4 + 3)),
    u16(0),
    Buffer.alloc(points.length, 1),
    i16(...deltas(xs)),
    i16(...deltas(ys)),
  );
}

function loca() {
  let offset = 0;
  return u32(...glyphs.map(({ length }) => (offset += length) - length), offset);
}

function cmap() {
  const segments = [...icons.map(({ code }, index) => ({ code, delta: (index + 1 - code) & 0xffff })), { code: 0xffff, delta: 1 }];
  const count = segments.length;
  const power = 2 ** Math.floor(Math.log2(count));
  const body = Buffer.concat([
    u16(count * 2, power * 2, Math.log2(power), (count - power) * 2),
    u16(...segments.map(({ code }) => code)), u16(0), u16(...segments.map(({ code }) => code)), u16(...segments.map(({ delta }) => delta)), u16(...segments.map(() => 0)),
  ]);
  return Buffer.concat([u16(0, 1, 3, 1), u32(12), u16(4, body.length + 6, 0), body]);
}

function head() {
  return Buffer.concat([u32(0x00010000, 0x00010000, 0, 0x5f0f3cf5), u16(0x000b, em), Buffer.alloc(16), i16(0, 0, em, em), u16(0, 8), i16(2, 1, 0)]);
}

function hhea() {
  return Buffer.concat([u32(0x00010000), i16(em, 0, 0), u16(em), i16(0, 0, em, 1, 0, 0, 0, 0, 0, 0, 0), u16(glyphs.length)]);
}

function hmtx() {
  return Buffer.concat(glyphs.map(() => Buffer.concat([u16(em), i16(0)])));
}

function maxp() {
  const contours = Math.max(...icons.map(({ rectangles }) => rectangles.length));
  return Buffer.concat([u32(0x00010000), u16(glyphs.length, contours * 4, contours, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)]);
}

function os2() {
  const codes = icons.map(({ code }) => code);
  return Buffer.concat([
    u16(3), i16(em), u16(400, 5, 0), i16(650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0), Buffer.alloc(10), u32(0, 0, 0, 0), Buffer.from('EVMK'), u16(0x40, Math.min(...codes), Math.max(...codes)),
    i16(em, 0, 0), u16(em, 0), u32(1, 0), i16(500, 700), u16(0, 32, 0),
  ]);
}

function name() {
  const entries = [[1, 'evalmark'], [2, 'Regular'], [4, 'evalmark'], [6, 'evalmark']];
  const texts = entries.map(([, text]) => Buffer.from(text, 'utf16le').swap16());
  let offset = 0;
  const records = entries.map(([id], index) => {
    const { length } = texts[index];
    offset += length;
    return u16(3, 1, 0x409, id, length, offset - length);
  });
  return Buffer.concat([u16(0, entries.length, 6 + 12 * entries.length), ...records, ...texts]);
}

function post() {
  return Buffer.concat([u32(0x00030000, 0), i16(-75, 50), u32(0, 0, 0, 0, 0)]);
}

function font(all) {
  const entries = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  const power = 2 ** Math.floor(Math.log2(entries.length));
  const directory = [];
  const bodies = [];
  let offset = 12 + 16 * entries.length;
  for (const [tag, table] of entries) {
    const body = padded(table);
    directory.push(Buffer.concat([Buffer.from(tag), u32(checksum(body), offset, table.length)]));
    bodies.push(body);
    offset += body.length;
  }
  const bytes = Buffer.concat([u32(0x00010000), u16(entries.length, power * 16, Math.log2(power), (entries.length - power) * 16), ...directory, ...bodies]);
  const headAt = bytes.readUInt32BE(12 + 16 * entries.findIndex(([tag]) => tag === 'head') + 8);
  bytes.writeUInt32BE((0xb1b0afba - checksum(bytes)) >>> 0, headAt + 8);
  return bytes;
}

function checksum(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0;
  return sum;
}

function padded(...parts) {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function u16(...values) {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

function i16(...values) {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeInt16BE(value, index * 2));
  return bytes;
}

function u32(...values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, index * 4));
  return bytes;
}
