import { h, type Node } from '../../ui/dom';
import { control } from '../../ui/toolkit';
import type { CompareState, VoteView } from '../contract';
import { viewportOf } from '../local';
import type { Panel } from '../panel';
import { missingCard } from './grid';
import { stageEvents } from './stageEvents';

/** Two outputs of one cell, and which is better. */
export function voting(panel: Panel, state: CompareState, vote: VoteView): Node {
  const { question } = vote;
  if (!question) return over(panel, vote);
  const holding = panel.local.holding;
  return h(
    'section',
    { class: 'votes', 'aria-label': 'Vote between two outputs', key: 'votes' },
    h('div', { class: 'vote-head' }, h('span', { class: 'tag quiet' }, question.kind), h('h2', { class: 'prompt', title: question.prompt }, question.prompt), h('span', { class: 'mute', role: 'status' }, `${vote.given} of at most ${vote.most} votes · ${counted(vote.pairsLeft, 'pair')} open`)),
    h(
      'div',
      { class: 'stage vote-stage', tabindex: -1, on: stageEvents(panel), paint: (element) => !document.activeElement?.closest('.votes') && element.focus() },
      picture(panel, 'source', question.source, 'Source', undefined),
      picture(panel, 'left', holding ? question.source : question.left, holding ? 'Source' : 'Left', () => panel.vote('left')),
      picture(panel, 'right', holding ? question.source : question.right, holding ? 'Source' : 'Right', () => panel.vote('right')),
    ),
    h(
      'div',
      { class: 'btns vote-buttons' },
      button('Left is better', '1', () => panel.vote('left')),
      button('As good', '3', () => panel.vote('tie')),
      button('Both bad', '4', () => panel.vote('bothBad')),
      button('Right is better', '2', () => panel.vote('right')),
      state.save.kind === 'failed' && state.save.row === 'vote' && h('span', { class: 'unsaved' }, `Not saved: ${state.save.reason}. Press the key again`),
    ),
  );
}

function picture(panel: Panel, slot: string, id: string, word: string, choose: (() => void) | undefined): Node {
  const shown = panel.pictures.isMissing(id) ? missingCard() : panel.stage.surface({ slot: `vote-${slot}`, layers: [{ picture: id }], viewport: viewportOf(panel.local, 'source'), children: [h('span', { class: 'letter word' }, word)] });
  return choose
    ? h('button', { class: 'vote-picture', 'aria-label': `${word} output is better`, key: slot, on: { dblclick: choose } }, shown)
    : h('div', { class: 'vote-picture', role: 'img', 'aria-label': 'Source picture', key: slot }, shown);
}

function button(label: string, key: string, act: () => void): Node {
  return h('button', { class: 'quiet', on: { click: act } }, label, h('kbd', {}, key));
}

function over(panel: Panel, { given, most, pairsLeft }: VoteView): Node {
  const why = given >= most ? `${most} votes are given; more would hardly tell.` : pairsLeft === 0 ? 'The order of every pair is sure enough.' : 'Every cell of the open pairs was asked about.';
  return h('section', { class: 'votes over', 'aria-label': 'Votes are done', key: 'votes', tabindex: -1, paint: (element) => !element.contains(document.activeElement) && element.focus() }, h('h1', {}, `${counted(given, 'vote')} given`), h('p', { class: 'mute' }, why), h(control.button, { appearance: 'primary', on: { click: () => panel.send({ type: 'voting', on: false }) } }, 'Back to the results'));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
