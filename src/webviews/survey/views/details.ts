import { h, type Child, type Node } from '../../ui/dom';
import { icon, type IconName } from '../../ui/icons';
import { showCard } from '../cardView';
import { beginVerdict, chooseVerdict, writeVerdict } from '../commands';
import type { Details, SurveyRow } from '../contract';
import { authorOf, countText, nameOf, updatedText } from '../format';
import type { Local } from '../local';
import type { Panel } from '../panel';
import { picture } from './cells';

/** What a candidate claims beside what its files say, its card, and the person's verdict on it. */
export function details(panel: Panel): Node | undefined {
  const row = panel.current;
  if (!panel.local.details || !row) return undefined;
  const read = panel.details.get(row.repository);
  return h(
    'aside',
    { class: 'detail', 'data-part': 'details', 'aria-label': `Details of ${row.repository}`, key: 'details' },
    head(panel, row, read && !('failure' in read) ? read : undefined),
    h('div', { class: 'tabs', role: 'tablist' }, tabs.map(({ id, label }) => h('button', { role: 'tab', 'aria-selected': panel.local.tab === id, key: id, on: { click: () => panel.update({ tab: id }) } }, label))),
    h('div', { class: 'detail-body', key: `${row.repository} ${panel.local.tab}`, tabindex: 0, 'aria-label': 'Facts and card' }, read === undefined ? waiting() : 'failure' in read ? failed(panel, row, read.failure) : body(panel, row, read)),
    verdict(panel, row, read && !('failure' in read) ? read.planLine : undefined),
  );
}

const tabs: readonly { readonly id: Local['tab']; readonly label: string }[] = [{ id: 'facts', label: 'Claims and facts' }, { id: 'card', label: 'Card' }, { id: 'files', label: 'Files' }];

function head(panel: Panel, row: SurveyRow, read: Details | undefined): Node {
  const { rows } = panel.list;
  const index = rows.indexOf(row);
  const step = (by: number): void => panel.go(rows[index + by]?.repository);
  const facts = [updatedText(row.updated), `${countText(row.likes)} likes`, `${countText(row.downloads)} downloads`];
  const open = (address: string): (() => void) => () => panel.send({ kind: 'link', repository: row.repository, address });
  return h(
    'header',
    { class: 'detail-head' },
    picture(panel, row, 56),
    h(
      'div',
      { class: 'who' },
      h('h2', {}, h('span', { class: 'mute' }, `${authorOf(row.repository)}/`), nameOf(row.repository)),
      h('p', { class: 'mute' }, read ? h('span', {}, 'at ', h('code', {}, read.revision.slice(0, 7)), ` · ${facts.join(' · ')}`) : facts.join(' · ')),
      h('p', { class: 'links' }, h('button', { class: 'link', on: { click: open(' ') } }, 'Model page'), h('button', { class: 'link', on: { click: open('/tree/main') } }, 'Files'), row.gated && h('span', { class: 'signed mute' }, icon('lock'), 'gated: accept its licence on the page, then read again'), row.gated && h('button', { class: 'link', on: { click: () => panel.read(row.repository, true) } }, 'Read again')),
    ),
    h('button', { class: 'icon-btn', 'aria-label': 'Previous', disabled: index <= 0, on: { click: () => step(-1) } }, icon('up')),
    h('button', { class: 'icon-btn', 'aria-label': 'Next', disabled: index >= rows.length - 1, on: { click: () => step(1) } }, icon('down')),
    h('button', { class: 'icon-btn', 'aria-label': 'Close details', on: { click: () => panel.update({ details: false, verdict: undefined }) } }, icon('close')),
  );
}

function waiting(): Node {
  return h('p', { class: 'mute pad' }, 'Reading the card and the header of the weights…');
}

function failed(panel: Panel, { repository }: SurveyRow, failure: string): Node {
  return h('div', { class: 'notice error' }, icon('fail'), h('p', {}, failure, ' ', h('button', { class: 'link', on: { click: () => panel.read(repository, true) } }, 'Read again')));
}

function body(panel: Panel, row: SurveyRow, read: Details): Child[] {
  switch (panel.local.tab) {
    case 'facts':
      return facts(panel, row, read);
    case 'card':
      return [card(panel, row, read)];
    case 'files':
      return [files(read)];
  }
}

function facts(panel: Panel, row: SurveyRow, read: Details): Child[] {
  return [
    ...read.warnings.map(({ severity, text }) => {
      const [first, rest] = split(text);
      return h('div', { class: `notice ${severity === 'error' ? 'error' : 'warn'}`, role: 'note' }, icon(severity === 'error' ? 'fail' : 'warn'), h('p', {}, h('b', {}, first), rest));
    }),
    read.unread !== undefined && h('div', { class: 'notice warn' }, icon('lock'), h('p', {}, read.unread)),
    claims(read),
    read.found && h('h3', {}, 'Evidence'),
    read.found && h('div', { class: 'evidence' }, h('span', { class: 'mute' }, 'found'), h('code', {}, read.found.key), h('code', { class: 'right' }, read.found.shape)),
    ...quotes(panel, row, read),
    ...examples(panel, row, read),
  ];
}

function split(text: string): readonly [string, string] {
  const end = /[.!?](?=\s)/.exec(text);
  return end ? [text.slice(0, end.index + 1), text.slice(end.index + 1)] : [text, ''];
}

const signs: Readonly<Record<Details['claims'][number]['sign'], readonly [IconName, string]>> = { agrees: ['pass', 'pass'], differs: ['warn', 'warning'], contradicts: ['fail', 'error'], 'not claimed': ['minus', 'mute'] };

function claims({ claims: all }: Details): Node {
  return h(
    'table',
    { class: 'claims' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col', 'aria-label': 'What' }), h('th', { scope: 'col' }, 'Card says'), h('th', { scope: 'col' }, 'Files say'), h('th', { scope: 'col', 'aria-label': 'Agreement' }))),
    h('tbody', {}, all.map(({ subject, card: said, files: found, sign }) => {
      const [name, tone] = signs[sign];
      return h('tr', { class: sign === 'contradicts' ? 'bad' : '', key: subject }, h('th', { scope: 'row' }, subject), h('td', { class: said === undefined ? 'mute' : '' }, said ?? 'not said'), h('td', { class: found === undefined ? 'mute' : '' }, found ?? 'not told'), h('td', {}, h('span', { role: 'img', 'aria-label': sign, title: sign, class: tone }, icon(name))));
    })),
  );
}

function quotes(panel: Panel, row: SurveyRow, read: Details): Child[] {
  if (read.quotes.length === 0 && read.pictures.length === 0) return [];
  return [
    h('h3', {}, 'From the card'),
    ...read.quotes.map(({ text, line }) => h('blockquote', {}, text, h('small', { class: 'mute' }, ` line ${line}`))),
    h('div', { class: 'examples' }, read.pictures.map((address) => h('span', { key: address }, picture(panel, { repository: row.repository, picture: address }, 64)))),
  ];
}

function examples(panel: Panel, { repository }: SurveyRow, { prompts, triggers }: Details): Child[] {
  if (prompts.length === 0 && triggers.length === 0) return [];
  return [
    h('h3', {}, 'Prompts and trigger words'),
    triggers.length > 0 && h('p', {}, triggers.map((trigger) => h('code', { class: 'trigger' }, trigger))),
    h('ul', { class: 'prompts' }, prompts.slice(0, 8).map((prompt) => h('li', {}, prompt))),
    prompts.length > 0 && h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'examples', repository }) } }, icon('plus'), `Add ${prompts.length} to evaluation.json`),
  ];
}

function card(panel: Panel, { repository }: SurveyRow, { html }: Details): Node {
  if (html === '') return h('p', { class: 'mute pad' }, 'There is no card to read.');
  const requests = {
    openLink: (address: string) => panel.send({ kind: 'link', repository, address }),
    picture: (address: string, image: HTMLImageElement) => panel.pictures.want(repository, address, (url) => (url === undefined ? image.setAttribute('title', 'Not a picture of the Hub') : image.setAttribute('src', url))),
  };
  return h('div', { class: 'card-place', key: 'card', paint: (element) => showCard(element, html, requests) });
}

function files({ files: all }: Details): Node {
  const chosen = all.filter((file) => file.chosen).length;
  return h(
    'div',
    {},
    h('p', { class: 'mute' }, `${chosen} of ${all.length} files are downloaded: each thing once, no pickles.`),
    h('table', { class: 'files' }, h('tbody', {}, all.map(({ path, size, chosen: taken }) => h('tr', { class: taken ? '' : 'left', key: path }, h('td', {}, h('span', { role: 'img', 'aria-label': taken ? 'downloaded' : 'left out' }, icon(taken ? 'check' : 'minus'))), h('td', {}, path), h('td', { class: 'right' }, size))))),
  );
}

/** A verdict by key; the line that goes into the plan is shown before it is written. */
function verdict(panel: Panel, row: SurveyRow, planLine: string | undefined): Node {
  const { verdict: written } = panel.local;
  const words = panel.state?.verdicts ?? [];
  const shown = written?.word ?? row.verdict.replace(/ \(.*$/, '');
  return h(
    'footer',
    { class: 'verdict' },
    h('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Your verdict' }, words.map(({ word, label, means }, index) => h('button', { role: 'radio', 'aria-checked': shown === word, title: `${means} (V, then ${index + 1})`, key: word, on: { click: () => choose(panel, row, index) } }, label))),
    written
      ? h('div', { class: 'row' }, reasonField(panel), h('button', { class: 'pri', on: { click: () => writeVerdict(panel) } }, 'Write Verdict'))
      : undefined,
    h('p', { class: 'mute' }, written ? h('span', {}, planLine === undefined ? 'No step of the plan reads this card. Kept in survey.json: ' : `Adds to ${planLine}: `, h('code', {}, `- ${written.word}${written.reason === '' ? '' : ` (${written.reason})`}`)) : row.verdict === '' ? 'Press V to judge this card.' : `Your verdict: ${row.verdict}`),
  );
}

function choose(panel: Panel, row: SurveyRow, index: number): void {
  if (!panel.local.verdict) beginVerdict(panel, row);
  chooseVerdict(panel, index + 1);
}

function reasonField(panel: Panel): Node {
  const type = (event: Event): void => {
    const { verdict: now } = panel.local;
    if (now) panel.update({ verdict: { ...now, reason: (event.target as HTMLInputElement).value } });
  };
  return h('input', { id: 'reason', type: 'text', 'aria-label': 'Reason', placeholder: 'A few words: why?', value: panel.local.verdict?.reason ?? '', on: { input: type } });
}
