import '../ui/base.css';
import './style.css';
import { render } from '../ui/dom';
import { connect } from '../ui/host';
import { registerControls } from '../ui/toolkit';
import { onKeyDown, onKeyUp } from './commands';
import { hold } from './looking';
import { Panel, type CompareContract } from './panel';
import { afterPage, page } from './views/page';

registerControls();

const root = document.createElement('div');
root.className = 'root';
document.body.append(root);

const panel = new Panel(connect<CompareContract>((message) => panel.receive(message)), draw);
draw();

addEventListener('keydown', (event) => onKeyDown(panel, event));
addEventListener('keyup', (event) => onKeyUp(panel, event));
addEventListener('blur', () => hold(panel, false));
new ResizeObserver(draw).observe(root);

function draw(): void {
  render(root, page(panel));
  afterPage(panel);
}
