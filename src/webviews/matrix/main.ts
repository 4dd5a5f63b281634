import '../ui/base.css';
import './style.css';
import { render } from '../ui/dom';
import { connect } from '../ui/host';
import { onKeyDown } from './keys';
import { Matrix, type MatrixContract } from './matrix';
import { page } from './views/page';

const root = document.createElement('div');
root.className = 'root';
document.body.append(root);

const matrix = new Matrix(connect<MatrixContract>((message) => matrix.receive(message)), () => render(root, page(matrix)));
matrix.draw();

addEventListener('keydown', (event) => onKeyDown(matrix, event));
