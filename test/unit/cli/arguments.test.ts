import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';

describe('the words of the command line', () => {
  it('reads a command, a plan and steps', () => {
    expect(parseArguments(['run', 'tasks.md', '2.4', '--yes', '--json'])).toMatchObject({
      kind: 'run',
      arguments: { command: 'run', plan: 'tasks.md', steps: ['2.4'], yes: true, json: true, commit: 'off' },
    });
  });

  it('takes a file for previews', () => {
    expect(parseArguments(['run', 'tasks.md', '--preview', 'now.png'])).toMatchObject({ kind: 'run', arguments: { preview: 'now.png' } });
  });

  it('takes --clear for the cache', () => {
    expect(parseArguments(['cache', 'tasks.md', '--clear'])).toMatchObject({ kind: 'run', arguments: { command: 'cache', clear: true } });
  });

  it('takes --check for a report', () => {
    expect(parseArguments(['report', 'tasks.md', '--check'])).toMatchObject({ kind: 'run', arguments: { command: 'report', check: true } });
    expect(parseArguments(['report', 'tasks.md'])).toMatchObject({ arguments: { check: false } });
  });

  it('takes what to download for a measurement', () => {
    expect(parseArguments(['measure', 'tasks.md', '--download', 'faces'])).toMatchObject({ kind: 'run', arguments: { command: 'measure', download: 'faces' } });
  });

  it.each([
    [['measure', 'tasks.md', '--download', 'everything'], '--download takes'],
    [[], 'Say what to do'],
    [['fly', 'tasks.md'], 'no command "fly"'],
    [['run'], 'Name the plan'],
    [['run', 'tasks.md', '--commit', 'always'], '--commit takes'],
    [['run', 'tasks.md', '--nonsense'], '--nonsense'],
  ])('refuses %j', (words, message) => {
    const parsed = parseArguments(words);
    expect(parsed).toMatchObject({ kind: 'usage' });
    expect(parsed.kind === 'usage' && parsed.message).toContain(message);
  });

  it('shows help and version', () => {
    expect(parseArguments(['--help']).kind).toBe('help');
    expect(parseArguments(['--version']).kind).toBe('version');
  });
});
