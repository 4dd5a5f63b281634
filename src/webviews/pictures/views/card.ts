import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { Check, PictureCard } from '../contract';
import { passes, type Panel } from '../panel';

/** One picture: how it looks, what was measured against what, and what can be done about it. */
export function card(panel: Panel, picture: PictureCard, index: number): Node {
  const current = panel.current?.id === picture.id;
  const good = passes(picture);
  const failing = picture.checks.filter((check) => !check.passes);
  const why = picture.unreadable ?? failing.map(({ label, value }) => `${label}: ${value}`).join('; ');
  return h(
    'li',
    {
      class: `card${current ? ' current' : ''}${good ? '' : ' bad'}`,
      key: picture.id,
      tabindex: current ? 0 : -1,
      'aria-label': `${picture.name}, ${good ? 'passes' : `fails: ${why}`}`,
      on: { focusin: () => !current && panel.update({ current: picture.id }), dblclick: () => panel.send({ kind: 'open', id: picture.id }) },
    },
    thumbnail(panel, picture, index),
    h('h2', { class: 'row' }, h('span', { class: 'name', title: picture.name }, picture.name), h('span', { class: good ? 'pass' : 'error' }, icon(good ? 'pass' : 'fail')), h('b', {}, good ? 'passes' : 'fails')),
    h('p', { class: 'mute' }, picture.becomes === undefined ? picture.facts : `${picture.facts} · becomes ${picture.becomes}`),
    picture.unreadable === undefined ? checks(picture.checks) : h('p', { class: 'notice error' }, icon('fail'), picture.unreadable),
    picture.notes.length > 0 && h('p', { class: 'mute note' }, icon('info'), picture.notes.join('; ')),
    words(panel, picture),
    h('div', { class: 'row buttons' }, buttons(panel, picture)),
  );
}

function thumbnail(panel: Panel, { id, name }: PictureCard, index: number): Node {
  const url = panel.thumbnails.get(id);
  const number = h('span', { class: 'number', 'aria-hidden': true }, String(index + 1));
  return url === undefined ? h('div', { class: 'thumbnail none' }, icon('picture', 'large'), number) : h('div', { class: 'thumbnail' }, h('img', { src: url, alt: name, draggable: false }), number);
}

function checks(all: readonly Check[]): Node {
  return h(
    'table',
    { class: 'checks' },
    h('tbody', {}, all.map(({ label, value, wanted, passes: good }) =>
      h(
        'tr',
        { class: good ? '' : 'bad', key: label },
        h('td', {}, h('span', { role: 'img', 'aria-label': good ? 'passes' : 'fails', class: good ? 'pass' : 'error' }, icon(good ? 'check' : 'close'))),
        h('th', { scope: 'row' }, label),
        h('td', {}, value),
        h('td', { class: 'mute' }, wanted),
      ),
    )),
  );
}

function words(panel: Panel, { id, name, words: said }: PictureCard): Node {
  return h('input', {
    class: 'words', type: 'text', value: said, placeholder: 'What it shows: angle, expression, light', 'aria-label': `What ${name} shows`,
    on: { change: ({ target }) => panel.send({ kind: 'words', id, words: (target as HTMLInputElement).value }) },
  });
}

function buttons(panel: Panel, { id, mends, name }: PictureCard): Child[] {
  return [
    ...mends.map((mend) => h('button', { class: 'pri', key: mend.id, on: { click: () => panel.send({ kind: 'mend', id, mend: mend.id }) } }, mend.label)),
    h('button', { class: 'sec', 'aria-label': `Replace ${name}`, on: { click: () => panel.send({ kind: 'replace', id }) } }, 'Replace…'),
    h('button', { class: 'sec', 'aria-label': `Take Out ${name}`, on: { click: () => panel.send({ kind: 'remove', id }) } }, 'Take Out'),
  ];
}
