import { h, type Child } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { keyHelp } from '../../ui/keyHelp';
import { control } from '../../ui/toolkit';
import { focusCurrent } from '../looking';
import { keyGroups } from '../keys';
import type { Panel } from '../panel';
import { footer } from './footer';
import { grid } from './grid';
import { header } from './header';
import { scores } from './scores';
import { sheet } from './sheet';
import { single } from './single';
import { stageEvents } from './stageEvents';
import { strip } from './strip';
import { showZoom, tools } from './tools';
import { voting } from './vote';

/** The whole panel for its present state. */
export function page(panel: Panel): readonly Child[] {
  const { state, local } = panel;
  if (!state) return [h('main', { class: 'panel waiting', 'aria-label': 'Compare outputs' }, h(control.progressRing, { 'aria-label': 'Loading' }))];
  const { cell } = state;
  if (state.empty || !cell) {
    return [h('main', { class: 'panel waiting', 'aria-label': 'Compare outputs' }, h('h1', {}, state.empty?.message ?? 'There is nothing to compare.'), h('p', { class: 'mute' }, state.empty?.advice))];
  }
  const finished = local.sheet ? state.summary : undefined;
  return [
    h(
      'main',
      { class: 'panel', 'aria-label': 'Compare outputs', key: 'panel' },
      header(panel),
      state.elsewhere && elsewhere(panel),
      state.vote
        ? voting(panel, state, state.vote)
        : finished
        ? sheet(panel, state, finished)
        : [
            tools(panel),
            h(
              'div',
              { class: 'work', key: 'work' },
              h('section', { class: 'stage', 'aria-label': 'Pictures', on: stageEvents(panel) }, local.mode === 'grid' ? grid(panel, state, cell) : single(panel, state, cell)),
              panel.output && scores(panel, state, panel.output),
            ),
          ],
      strip(panel, state),
      footer(panel, state),
    ),
    local.help && keyHelp(keyGroups(), () => {
      panel.wishFocus();
      panel.update({ help: false });
    }),
  ];
}

/** Two windows that rate at once would each show old answers: the one that did not rate last only looks. */
function elsewhere(panel: Panel): Child {
  return h('div', { class: 'warnbar', role: 'status', key: 'elsewhere' }, icon('eye'), 'Rated in another window: answers are shown here, but none is taken.', h('span', { class: 'end' }, h('button', { class: 'link', on: { click: () => panel.send({ type: 'takeOver' }) } }, 'Rate here instead')));
}

/** After drawing: the zoom is told, and the focus goes where a change of cell, view or output wants it. */
export function afterPage(panel: Panel): void {
  showZoom(panel);
  if (panel.state && !panel.local.help && !panel.local.menu && panel.takeFocusWish()) focusCurrent(panel);
}
