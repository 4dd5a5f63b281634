import { describe, expect, test } from 'vitest';
import { commandsAtLines, commandsOfBlock } from '../../../../src/core/shell/commandLines';

async function split(text: string, language = 'bash'): Promise<readonly string[]> {
  const commands = await commandsOfBlock({ language, lines: text.split('\n') });
  if (!commands.ok) throw new Error(commands.failure.message);
  return commands.value.map(({ text: command, from, to }) => `${from}-${to} ${command}`);
}

describe('splitting a block into commands', () => {
  test('simple lines, without blanks and comments', async () => {
    expect(await split('cd /home/x\n\n# why\npython3 -m venv venv\nsource venv/bin/activate')).toEqual(['1-1 cd /home/x', '4-4 python3 -m venv venv', '5-5 source venv/bin/activate']);
  });

  test.each([
    ['a loop', 'for x in a b; do\n  echo "$x"\ndone'],
    ['a here-document with quotes and keywords in it', `cat > file <<'EOF'\nif it's "so\nfor $x in\nEOF`],
    ['a continued line', 'pip install \\\n  torch \\\n  numpy'],
    ['an open quote', 'python -c "\nimport os\nprint(os.name)\n"'],
    ['a pipe at the end', 'ls |\n  wc -l'],
    ['an and at the end', 'true &&\n  echo yes'],
    ['a function', 'greet() {\n  echo hi\n}'],
    ['a substitution', 'x=$(\n  date\n)'],
    ['a case', 'case $x in\n  a) echo a;;\nesac'],
    ['a comment with an apostrophe within', "if true; then\n  # don't\n  echo\nfi"],
    ['an array', 'files=(\n  a\n  b\n)'],
  ])('%s stays together', async (_name, text) => {
    const lines = text.split('\n').length;
    expect(await split(`echo before\n${text}\necho after`)).toEqual(['1-1 echo before', `2-${lines + 1} ${text}`, `${lines + 2}-${lines + 2} echo after`]);
  });

  test('a line that could go on but does not is complete', async () => {
    expect(await split('echo \\\\\necho "a" # it\'s \\\necho {a,b}')).toHaveLength(3);
  });

  test('a transcript has its prompts and its output removed, with its line numbers', async () => {
    expect(await split('$ python --version\nPython 3.13.3\n$ echo \\\n> two', 'console')).toEqual(['1-1 python --version', '3-4 echo \\\ntwo']);
    expect(await split('# why\n$ pip list\n$ ls')).toEqual(['2-2 pip list', '3-3 ls']);
  });

  test('what is wrong is named with its line, before anything runs', async () => {
    expect(await commandsOfBlock({ language: 'bash', lines: ['echo ok', 'fi'] })).toMatchObject({ ok: false, failure: { code: 'shell-syntax', message: expect.stringMatching(/line 2 .*near unexpected token `fi'/) } });
    expect(await commandsOfBlock({ language: 'bash', lines: ['echo "open'] })).toMatchObject({ ok: false, failure: { message: expect.stringContaining('never finished') } });
    expect(await commandsOfBlock({ language: 'bash', lines: ['cat <<EOF', 'x'] })).toMatchObject({ ok: false });
  });

  test('nothing runs while it is split', async () => {
    expect(await split('echo "$(touch /tmp/evalmark-split-ran)"\n`touch /tmp/evalmark-split-ran`')).toHaveLength(2);
    const { existsSync } = await import('node:fs');
    expect(existsSync('/tmp/evalmark-split-ran')).toBe(false);
  });

  test('other languages are refused', async () => {
    expect(await commandsOfBlock({ language: 'powershell', lines: ['Get-Item .'] })).toMatchObject({ ok: false, failure: { code: 'shell-language' } });
  });
});

describe('choosing commands by lines', () => {
  const commands = [
    { text: 'a', from: 1, to: 1 },
    { text: 'b', from: 2, to: 4 },
    { text: 'c', from: 6, to: 6 },
  ];

  test.each([
    ['1', 'a'], ['3', 'b'], ['1-2', 'ab'], ['1,6', 'ac'], ['2-6', 'bc'], [undefined, 'abc'], ['1, 4 - 6', 'abc'],
  ])('%s gives %s', (lines, expected) => {
    const chosen = commandsAtLines(commands, lines);
    expect(chosen.ok && chosen.value.map(({ text }) => text).join('')).toBe(expected);
  });

  test.each(['', 'x', '5', '9-12'])('%j gives a failure', (lines) => {
    expect(commandsAtLines(commands, lines)).toMatchObject({ ok: false, failure: { code: 'shell-lines' } });
  });
});
