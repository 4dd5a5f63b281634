// Makes the README's pictures from those that the editor tests leave behind (EVALMARK_SCREENSHOTS=1):
// `node packaging/readmePictures.mjs [FOLDER OF SCREENSHOTS]`.
import path from 'node:path';
import sharp from 'sharp';
import { root } from '../test/install.mjs';

const from = process.argv[2] ?? path.join(root, 'test', 'editor', 'screenshots');
const pictures = { survey: 'survey-in-editor-dark', compare: 'study-grid-dark', results: 'results-dark' };

for (const [name, screenshot] of Object.entries(pictures)) {
  const file = path.join(root, 'media', 'readme', `${name}.png`);
  const { size, width, height } = await sharp(path.join(from, `${screenshot}.png`)).resize({ width: 1200, withoutEnlargement: true }).png({ palette: true, colours: 128, compressionLevel: 9, effort: 10 }).toFile(file);
  console.log(`${path.relative(root, file)}  ${width} × ${height}, ${Math.round(size / 1000)} kB`);
}
