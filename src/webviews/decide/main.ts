import '../ui/base.css';
import './style.css';
import { render } from '../ui/dom';
import { connect } from '../ui/host';
import { registerControls } from '../ui/toolkit';
import { Decide, type DecideContract } from './decide';
import { onKeyDown } from './keys';
import { page } from './views/page';

registerControls();
const root = document.createElement('div');
root.className = 'root';
document.body.append(root);

const decide = new Decide(connect<DecideContract>((message) => decide.receive(message)), () => render(root, page(decide)));
decide.draw();

addEventListener('keydown', (event) => onKeyDown(decide, event));
