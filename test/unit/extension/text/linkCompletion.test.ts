import { expect, it } from 'vitest';
import { actionNames } from '../../../../src/core/actions/action';
import { linkPlaceAt, suggestionsAt } from '../../../../src/extension/text/linkCompletion';

/** Suggestions at the `|`. */
function at(marked: string, known: readonly string[] = []) {
  const column = marked.indexOf('|');
  const line = marked.replace('|', '');
  const place = linkPlaceAt(line, column);
  return place && { place, replaced: line.slice(place.start, place.end), labels: suggestionsAt(place, known).map(({ label }) => label), suggestions: suggestionsAt(place, known) };
}

it('offers the comment behind the text of a step, and where one is begun', () => {
  expect(at('- [ ] Download it |')?.labels).toEqual(['<!-- evalmark: … -->']);
  expect(at('- [ ] Download it <!-|')).toMatchObject({ replaced: '<!-' });
  expect(at('- [ ] Download it <!-- |-->')).toMatchObject({ replaced: '<!-- -->', labels: ['<!-- evalmark: … -->'] });
  expect(at('  2) [✓] Nested <|')?.labels).toHaveLength(1);
});

it('offers nothing in the middle of a text, outside of steps, and in foreign comments', () => {
  expect(at('- [ ] Down|load it')).toBeUndefined();
  expect(at('- [ ] Download | it')).toBeUndefined();
  expect(at('Download it |')).toBeUndefined();
  expect(at('- [docs](url) |')).toBeUndefined();
  expect(at('- [ ] x <!-- remember: | -->')).toBeUndefined();
  expect(at('- [ ] x <!-- evalmark: manual --> |')).toBeUndefined();
});

it('offers every action, and goes on to its arguments', () => {
  const found = at('- [ ] x <!-- evalmark: do| -->');
  expect(found?.labels).toEqual([...actionNames]);
  expect(found?.replaced).toBe('do');
  expect(found?.suggestions.find(({ label }) => label === 'download')).toMatchObject({ snippet: 'download ', more: true });
  expect(at('- [ ] x <!-- evalmark:|')?.suggestions.find(({ label }) => label === 'push')).toMatchObject({ snippet: 'push$0 -->', more: false });
});

it('offers the arguments that are not given yet, and their values', () => {
  expect(at('- [ ] x <!-- evalmark: check kind=version | -->')?.labels).toEqual(['program', 'expected', 'command', 'block']);
  expect(at('- [ ] x <!-- evalmark: check kind=v| -->')).toMatchObject({ labels: ['version', 'packages', 'command'], replaced: 'v' });
  expect(at('- [ ] x <!-- evalmark: infer models=base,| -->', ['all', 'name:relight'])).toMatchObject({ labels: ['all', 'name:relight'], replaced: '' });
  expect(at('- [ ] x <!-- evalmark: nonsense | -->')).toBeUndefined();
});
