import '../ui/base.css';
import './style.css';
import { render } from '../ui/dom';
import { connect } from '../ui/host';
import { bringIn, takeIn } from './incoming';
import { onKeyDown } from './keys';
import { Panel, type PicturesContract } from './panel';
import { page } from './views/page';

const root = document.createElement('div');
root.className = 'root';
document.body.append(root);

const panel: Panel = new Panel(connect<PicturesContract>((message) => panel.receive(message)), () => {
  render(root, page(panel));
  panel.afterDraw();
});
panel.draw();

addEventListener('keydown', (event) => onKeyDown(panel, event));
addEventListener('paste', (event) => void takeIn(panel, event.clipboardData));
bringIn(panel);
