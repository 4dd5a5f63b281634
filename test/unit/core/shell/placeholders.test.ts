import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillPlaceholders, placeholderNames } from '../../../../src/core/shell/placeholders';
import { shellQuote } from '../../../../src/core/shell/quoting';
import { scanShell } from '../../../../src/core/shell/shellScan';

const models = ['owner/one', 'other/two'];
const lookup = (name: string) => (/model/.test(name) ? models : name === 'base' ? ['base/model'] : undefined);

function fill(command: string): readonly string[] | string {
  const filled = fillPlaceholders(command, lookup);
  return filled.ok ? filled.value : filled.failure.code;
}

describe('filling placeholders', () => {
  test('one command for each value', () => {
    expect(fill('python x.py --lora <model-name>')).toEqual(['python x.py --lora owner/one', 'python x.py --lora other/two']);
    expect(fill('echo plain')).toEqual(['echo plain']);
    expect(fill('run <base> <model-name> <model-name>')).toEqual(['run base/model owner/one owner/one', 'run base/model other/two other/two']);
  });

  test('within quotes the value is quoted by itself', () => {
    expect(fill(`echo "a <base> b" 'c <base>'`)).toEqual([`echo "a "base/model" b" 'c 'base/model''`]);
  });

  test('one that nobody can fill never reaches the shell', () => {
    expect(fill('cat <secret>')).toBe('placeholder');
    expect(fill('echo ok && run --to=<your path>')).toBe('placeholder');
  });

  test('text that only looks like one stays', () => {
    const harmless = `echo "<html>" '<b>' # see <this>\ncat <<EOF\n<x>\nEOF\nsort < in > out; diff <(ls) <(ls -a)`;
    expect(fill(harmless)).toEqual([harmless]);
    expect(fill('cat <<EOF\n<x>\nEOF\necho <x>')).toBe('placeholder');
  });

  test('two that stand for different lists are not guessed together', () => {
    const both = fillPlaceholders('x <model> <picture>', (name) => (name === 'model' ? models : ['a.png', 'b.png']));
    expect(both).toMatchObject({ ok: false, failure: { code: 'placeholder-ambiguous' } });
  });

  test.each(['-rf', '--help', 'a\nb', 'a\u0000b', ''])('the value %j is refused', (value) => {
    expect(fillPlaceholders('x <model>', () => [value])).toMatchObject({ ok: false, failure: { code: 'placeholder-value' } });
  });

  test('whatever the value, bash reads it as one literal word', () => {
    const values = fc.array(fc.stringMatching(/^[^\u0000-\u001f\u007f\ud800-\udfff-][^\u0000-\u001f\u007f\ud800-\udfff]{0,30}$/), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(values, (hostile) => {
        const lines = hostile.flatMap((value) => {
          const filled = fillPlaceholders(`printf '%s\\n' <model> "in <model> quotes" 'and <model>'`, () => [value]);
          return filled.ok ? filled.value : [];
        });
        const printed = execFileSync('bash', ['-c', lines.join('\n')], { encoding: 'utf8' });
        expect(printed).toBe(hostile.map((value) => `${value}\nin ${value} quotes\nand ${value}\n`).join(''));
      }),
      { numRuns: 15, examples: [[[`'; touch pwned; '`, '$(touch pwned)', '`id`', '"', "it's", '\\', '*', '~', '!x', 'a b', '#', '{a,b}', '$HOME', '&', '|', '>x', 'ü', '(', '\\\'', "''"]]] },
    );
  });

  test('names are listed once', () => {
    expect(placeholderNames('x <model-name> <model-name> "<y>" <z>')).toEqual(['model-name', 'z']);
  });
});

test('quoting leaves plain words readable', () => {
  expect([shellQuote('owner/name'), shellQuote("it's"), shellQuote('')]).toEqual(['owner/name', "'it'\\''s'", "''"]);
});

test('the context of each character', () => {
  const marks = { plain: '.', single: 's', double: 'd', comment: 'c', heredoc: 'h' } as const;
  const shown = (text: string) => scanShell(text).map((context) => marks[context]).join('');
  expect(shown(`a 'b' "c" # d`)).toBe('..sss.ddd.ccc');
  expect(shown('a\\"b#c')).toBe('..s...');
  expect(shown('cat <<-X\n\tb\n\tX\nc')).toBe('.........hhhhh..');
});
