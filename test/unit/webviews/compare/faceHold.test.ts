import { describe, expect, test } from 'vitest';
import { closeFace, heldViewport, holdHere, panHeld, zoomHeld, type FaceHold } from '../../../../src/webviews/compare/faceHold';
import { place, type Rect } from '../../../../src/webviews/compare/viewport';

const area = { width: 400, height: 300 };
/** The same head, in pictures of other sizes and at other places. */
const heads = [
  { picture: { width: 1000, height: 1250 }, face: { x: 0.3, y: 0.2, width: 0.4, height: 0.4 } },
  { picture: { width: 2048, height: 1024 }, face: { x: 0.05, y: 0.1, width: 0.1, height: 0.25 } },
  { picture: { width: 517, height: 1104 }, face: { x: 0.5, y: 0.7, width: 0.45, height: 0.2 } },
];

function onScreen(hold: FaceHold, { picture, face }: (typeof heads)[number]) {
  const rect: Rect = place(area, picture, heldViewport(hold, face, area, picture), true);
  return { x: rect.left + (face.x + face.width / 2) * rect.width, y: rect.top + (face.y + face.height / 2) * rect.height, height: face.height * rect.height, rect };
}

describe('faces that are held', () => {
  test.each(heads)('lie at the same place, at the same size, whatever the picture', (head) => {
    const hold = { share: 0.5, x: 0.2, y: -0.1 };
    const { x, y, height, rect } = onScreen(hold, head);
    expect([x, y, height]).toEqual([expect.closeTo(200 - 0.2 * 150, 6), expect.closeTo(150 + 0.1 * 150, 6), expect.closeTo(150, 6)]);
    expect(rect.width / rect.height).toBeCloseTo(head.picture.width / head.picture.height, 6);
  });

  test('are held where they are when it begins', () => {
    const head = heads[0]!;
    const rect = place(area, head.picture, { scale: 3, x: 0.45, y: 0.4 });
    const now = onScreen(holdHere(head.face, rect, area), head).rect;
    for (const side of ['left', 'top', 'width', 'height'] as const) expect(now[side]).toBeCloseTo(rect[side], 6);
  });

  test('a zoom keeps what is under the pointer, a pan moves by the pixels of the pointer', () => {
    const head = heads[1]!;
    const pointer = { x: 90, y: 210 };
    const share = ({ rect }: { rect: Rect }) => [(pointer.x - rect.left) / rect.width, (pointer.y - rect.top) / rect.height];
    const before = onScreen(closeFace, head);
    const zoomed = zoomHeld(closeFace, 1.7, pointer, area);
    const after = onScreen(zoomed, head);
    expect(after.height).toBeCloseTo(before.height * 1.7, 6);
    for (const [index, value] of share(before).entries()) expect(share(after)[index]).toBeCloseTo(value, 6);
    const moved = onScreen(panHeld(zoomed, { x: 12, y: -7 }, area), head);
    expect([moved.x - after.x, moved.y - after.y]).toEqual([expect.closeTo(12, 6), expect.closeTo(-7, 6)]);
  });
});
