import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShellMarkReader, type ShellMark } from '../../../../src/core/shell/shellMarks';
import { readableText, TextTail } from '../../../../src/core/shell/terminalText';

test.each([
  ['\u001b[1;31mred\u001b[0m plain', 'red plain'],
  ['\u001b]0;title\u0007text\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'textlink'],
  ['  0%\r 50%\r100%\r\ndone\r\n', '100%\ndone\n'],
  ['long line\rshort\n', 'shortline\n'],
  ['a\u0008b\u0008\u0008c', 'c'],
  ['\u001b(B\u001b=x\u001b[?25l', 'x'],
  ['half \u001b[3', 'half '],
  ['tab\tstays', 'tab\tstays'],
])('%j reads %j', (raw, expected) => {
  expect(readableText(raw)).toBe(expected);
});

test('a long line of backspaces takes no long time', () => {
  expect(readableText('x'.repeat(300_000) + '\u0008'.repeat(300_000) + 'y').length).toBe(300_000);
});

test('the tail keeps the end', () => {
  const tail = new TextTail(10);
  for (let number = 0; number < 1000; number++) tail.add(String(number));
  expect(tail.text()).toBe('6997998999');
});

describe('marks in a stream', () => {
  const nonce = 'abc123';
  const stream = `echo\u001b]7717;${nonce};B;4\u0007one\u001b[1mtwo\u001b]7717;wrong;E;4;0;/x\u0007\u001b]7717;${nonce};E;4;12;/a;b\u0007rest`;
  const expected = [
    { kind: 'output', text: 'echo' },
    { kind: 'begin', id: 4 },
    { kind: 'output', text: 'one\u001b[1mtwo\u001b]7717;wrong;E;4;0;/x\u0007' },
    { kind: 'end', id: 4, exitCode: 12, folder: '/a;b' },
    { kind: 'output', text: 'rest' },
  ];

  test('are found however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const reader = new ShellMarkReader(nonce);
        const bounds = [0, ...[...cuts].sort((first, second) => first - second), stream.length];
        const marks = bounds.slice(1).flatMap((end, index) => reader.read(stream.slice(bounds[index], end)));
        expect(joined(marks)).toEqual(expected);
      }),
    );
  });
});

function joined(marks: readonly ShellMark[]): readonly ShellMark[] {
  return marks.reduce<ShellMark[]>((all, mark) => {
    const last = all.at(-1);
    if (mark.kind === 'output' && last?.kind === 'output') all[all.length - 1] = { kind: 'output', text: last.text + mark.text };
    else all.push(mark);
    return all;
  }, []);
}
