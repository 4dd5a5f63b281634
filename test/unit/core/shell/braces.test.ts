import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { expandBraces } from '../../../../src/core/shell/braces';
import { foldersMade, simpleCommands } from '../../../../src/core/shell/simpleCommands';

describe('expanding braces', () => {
  const words = [
    'test_data/{source,results/{base,loras}}', 'a{b,c}d{e,f}', '{a,b}', 'a{}b', 'a{b}c', 'a{b,c', 'a}b', '{1..5}', '{01..10..3}', '{5..1}', '{a..e..2}', '{-2..2}',
    'x{,y}z', '{a,b,}', '{{a,b},c}', 'a{b,{c}d}e', '{a..}', '{1..x}', 'pre{{1..3},z}', '{001..3}', '{c..a}',
  ];

  test.each(words)('%s as bash does', (word) => {
    const expected = execFileSync('bash', ['-c', `printf '%s\\n' ${word}`], { encoding: 'utf8' }).split('\n').slice(0, -1);
    // bash drops words that come out empty.
    expect(expandBraces(word).filter((expanded) => expanded !== '')).toEqual(expected.filter((expanded) => expanded !== ''));
  });

  test('a hostile number of words is bounded', () => {
    expect(expandBraces('{1..1000000000}').length).toBeLessThanOrEqual(10_000);
    expect(expandBraces('{a,b}'.repeat(40)).length).toBeLessThanOrEqual(10_000);
  });
});

describe('the folders that mkdir makes', () => {
  test('come from every mkdir of the text, quotes removed', () => {
    expect(foldersMade('cd x && mkdir -p "a b"/{c,d} # mkdir no\nmkdir -m 700 e; echo mkdir f')).toEqual(['a b/c', 'a b/d', 'e']);
  });

  test('quoted braces are no braces, and what only the shell knows is left out', () => {
    expect(foldersMade(`mkdir 'a{b,c}' "$HOME/x" ~/y d\\ e *.z`)).toEqual(['a{b,c}', 'd e']);
  });

  test('continued lines belong together', () => {
    expect(foldersMade('mkdir -p one \\\n  two')).toEqual(['one', 'two']);
  });
});

test('words of simple commands', () => {
  expect(simpleCommands(`python3 -m venv "my env" && . 'my env/bin/activate' || echo $X`).map(({ words }) => words)).toEqual([
    ['python3', '-m', 'venv', 'my env'],
    ['.', 'my env/bin/activate'],
    ['echo', '$X'],
  ]);
});
