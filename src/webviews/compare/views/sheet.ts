import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { control } from '../../ui/toolkit';
import type { CompareState, ModelRow, SummaryView } from '../contract';
import type { Panel } from '../panel';

/** The finished session: what the ratings say, what they leave open, and the reveal. */
export function sheet(panel: Panel, state: CompareState, summary: SummaryView): Node {
  return h(
    'section',
    { class: 'done', 'aria-label': 'Session finished', tabindex: -1 },
    h(
      'div',
      { class: 'sheet' },
      h(
        'header',
        {},
        h('div', {}, h('h1', {}, `All ${state.progress.total} outputs are rated`), h('p', { class: 'mute' }, state.blind ? 'Model names are still hidden. Models are numbered at random here; the numbers are not the letters, which change in every cell.' : 'The models are revealed. Ratings that are changed from now on are marked as not blind.')),
        h('dl', { class: 'facts' }, summary.minutes !== undefined && fact('Time', `${Math.max(1, Math.round(summary.minutes))} min`), state.progress.secondsPerOutput !== undefined && fact('Per output', `${state.progress.secondsPerOutput.toFixed(1)} s`), summary.selfAgreement && fact('Self-agreement κ', summary.selfAgreement.kappa.toFixed(2)), summary.anchors && fact('Hidden anchors', `${summary.anchors.met} of ${summary.anchors.n}`)),
      ),
      h('div', { class: 'cols' }, results(summary), h('div', {}, undecided(panel, summary), revealBox(panel, state))),
    ),
  );
}

function fact(name: string, value: string): Node {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

function results(summary: SummaryView): Node {
  const { limit, shareLabel, columns, models } = summary;
  const share = models.some((model) => model.share);
  const title = limit === undefined ? shareLabel || 'Models' : `${shareLabel} in at least ${percent(limit)} % of outputs`;
  return h(
    'div',
    { class: 'box' },
    h('h2', {}, title, h('span', { class: 'mute' }, '95 % intervals')),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, h('th', {}, h('span', { class: 'sr' }, 'Model')), share && h('th', {}, axis(limit)), share && h('th', { class: 'num' }, shareLabel), limit !== undefined && h('th', {}, 'Verdict'), columns.map((column) => h('th', { class: 'num' }, column)), h('th', { class: 'num' }, 'Rank'))),
      h('tbody', {}, models.map((model) => row(model, share, limit))),
    ),
    h('ul', { class: 'foot' }, summary.notes.map((note) => h('li', {}, note))),
  );
}

function row({ name, share, figures, rank }: ModelRow, withShare: boolean, limit: number | undefined): Node {
  return h(
    'tr',
    {},
    h('td', {}, h('strong', {}, name)),
    withShare && h('td', {}, share && interval(share, limit)),
    withShare && h('td', { class: 'num' }, share ? [`${percent(share.value)} %`, h('small', {}, `${percent(share.low)}–${percent(share.high)}`)] : '–'),
    limit !== undefined && h('td', {}, verdict(share?.verdict)),
    figures.map((figure) => h('td', { class: 'num' }, figureText(figure))),
    h('td', { class: 'num' }, rank),
  );
}

function figureText(figure: string): readonly Child[] {
  const [mean = '', ...spread] = figure.split(' ');
  return [mean, spread.length > 0 && h('small', {}, spread.join(' '))];
}

const width = 200;
const x = (share: number): number => 4 + share * (width - 8);

function axis(limit: number | undefined): Node {
  const marks = [0, ...(limit === undefined ? [0.5] : [limit]), 1];
  return h('svg', { class: 'ci', viewBox: `0 0 ${width} 14`, 'aria-hidden': true }, marks.map((mark) => h('text', { x: x(mark), y: 11, 'text-anchor': mark === 0 ? 'start' : mark === 1 ? 'end' : 'middle' }, `${percent(mark)} %`)));
}

function interval({ value, low, high, verdict: decided }: NonNullable<ModelRow['share']>, limit: number | undefined): Node {
  return h(
    'svg',
    { class: 'ci', viewBox: `0 0 ${width} 24`, 'aria-hidden': true },
    limit !== undefined && h('path', { class: 'limit', d: `M${x(limit)} -10V34` }),
    h('path', { class: 'whisker', d: `M${x(low)} 12H${x(high)}M${x(low)} 8v8M${x(high)} 8v8` }),
    h('circle', { class: decided === undefined || decided === 'notProven' ? 'dot open' : 'dot', cx: x(value), cy: 12, r: 4.5 }),
  );
}

function verdict(decided: 'pass' | 'fail' | 'notProven' | undefined): Child {
  if (decided === undefined) return '–';
  const [name, text, className] = ({ pass: ['pass', 'Pass', 'pass'], fail: ['fail', 'Fail', 'fail'], notProven: ['open', 'Not proven', 'open'] } as const)[decided];
  return h('span', { class: `verdict ${className}` }, icon(name), text);
}

function undecided(panel: Panel, { tiedPairs, notProven, flagged }: SummaryView): Node | false {
  const items: readonly (Node | false)[] = [
    tiedPairs.length > 0 && item('pair', `${counted(tiedPairs.length, 'pair')} of models`, `${listed(tiedPairs.map(([left, right]) => `${left} and ${right}`), 3)} cannot be told apart.`, h(control.button, { appearance: 'primary', on: { click: () => panel.send({ type: 'voting', on: true }) } }, 'Vote')),
    notProven.length > 0 && item('open', `${counted(notProven.length, 'verdict')} not proven`, `${listed(notProven)} ${notProven.length === 1 ? 'lies' : 'lie'} across the limit. More source pictures narrow it most.`),
    flagged.length > 0 && item('flag', counted(flagged.length, 'flagged cell'), `${flagged.length === 1 ? 'Cell' : 'Cells'} ${listed(flagged.map((index) => String(index + 1)))}.`, h(control.button, { appearance: 'secondary', on: { click: () => panel.go(flagged[0] ?? 0) } }, 'Look again')),
  ];
  return items.some(Boolean) && h('div', { class: 'box' }, h('h2', {}, 'Still undecided'), h('ul', { class: 'todo-list' }, items));
}

function item(name: 'pair' | 'open' | 'flag', title: string, text: string, act?: Node): Node {
  return h('li', {}, icon(name), h('strong', {}, title), act, h('p', { class: 'mute' }, text));
}

/** While there is something to vote on, voting is the first choice: reveal cannot be taken back. */
function revealBox(panel: Panel, { blind, summary }: CompareState): Node {
  const hasVotes = (summary?.tiedPairs.length ?? 0) > 0;
  if (!blind) {
    return h('div', { class: 'box reveal' }, h('div', { class: 'row' }, icon('eye'), h('h2', {}, 'Revealed')), h('p', {}, 'A new session shuffles the letters again.'), h('div', { class: 'btns' }, h(control.button, { appearance: 'secondary', on: { click: () => panel.send({ type: 'newSession' }) } }, 'New blind session'), h(control.button, { appearance: 'primary', on: { click: () => panel.send({ type: 'close' }) } }, 'Close')));
  }
  return h(
    'div',
    { class: 'box reveal' },
    h('div', { class: 'row' }, icon('eye'), h('h2', {}, 'Reveal models')),
    h('p', {}, 'The reveal is recorded, and ratings changed later are marked as not blind.'),
    h('div', { class: 'btns' }, h(control.button, { appearance: 'secondary', on: { click: () => panel.send({ type: 'reveal' }) } }, 'Reveal models'), h(control.button, { appearance: hasVotes ? 'secondary' : 'primary', on: { click: () => panel.send({ type: 'close' }) } }, 'Close, stay blind')),
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function listed(words: readonly string[], most = 8): string {
  if (words.length > most) return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : (words[0] ?? '');
}

function percent(share: number): number {
  return Math.round(share * 100);
}
