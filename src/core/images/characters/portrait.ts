import { drawClothes } from './clothes';
import { drawFace, drawNeck } from './face';
import { drawHair } from './hair';
import type { Person } from './person';
import { drawRoom } from './room';

/** A portrait as SVG, 4 to 5, in flat colours. */
export function portraitSvg(person: Person, width: number, height: number): string {
  const { behind, before } = drawHair(person);
  const tilted = `<g transform="rotate(${person.pose.tilt} 160 268)">`;
  const { cast } = person.light;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 320 400" preserveAspectRatio="xMidYMid slice">`,
    drawRoom(person),
    `${tilted}${behind}</g>`,
    drawNeck(person),
    drawClothes(person),
    `${tilted}${drawFace(person)}${before}</g>`,
    cast ? `<rect width="320" height="400" fill="${cast.color}" opacity="${cast.opacity}"/>` : '',
    '</svg>',
  ].join('');
}
