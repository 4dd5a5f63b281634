import '../ui/base.css';
import './style.css';
import { render } from '../ui/dom';
import { connect } from '../ui/host';
import { onKeyDown } from './commands';
import { Panel, type SurveyContract } from './panel';
import { afterPage, page } from './views/page';

const root = document.createElement('div');
root.className = 'root';
document.body.append(root);

const panel: Panel = new Panel(connect<SurveyContract>((message) => panel.receive(message)), draw);
draw();

addEventListener('keydown', (event) => onKeyDown(panel, event));
addEventListener('click', ({ target }) => {
  const menu = panel.local.open === 'filter' || panel.local.open === 'group' || panel.local.open === 'sort';
  if (menu && target instanceof Element && !target.closest('.menu-place')) panel.update({ open: undefined });
});
new ResizeObserver(measure).observe(root);

/** Many changes in one turn are drawn once. */
let waiting = false;

function draw(): void {
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    render(root, page(panel));
    afterPage(panel);
    measure();
  });
}

/** The columns follow the table's width, which the details take from it. */
function measure(): void {
  const table = root.querySelector<HTMLElement>('.table');
  if (!table || (table.clientWidth === panel.width && table.clientHeight === panel.scroll.height)) return;
  panel.width = table.clientWidth;
  panel.scroll = { top: table.scrollTop, height: table.clientHeight };
  draw();
}
