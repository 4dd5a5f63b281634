import type { FaceBox } from './contract';
import { fitFactor, maximumScale, type Point, type Rect, type Size, type Viewport } from './viewport';

/** Where a face is held on the screen, whatever the picture: the same place, the same size. */
export interface FaceHold {
  /** Height of the face as a share of the height of its surface. */
  readonly share: number;
  /** What lies in the middle of the surface, from the middle of the face, in heights of the face. */
  readonly x: number;
  readonly y: number;
}

export const closeFace: FaceHold = { share: 0.5, x: 0, y: 0 };

/** What a picture must show of itself for its face to be where faces are held. */
export function heldViewport({ share, x, y }: FaceHold, face: FaceBox, area: Size, picture: Size): Viewport {
  const height = (share * area.height) / face.height;
  const middle = middleOf(face);
  return { scale: height / (picture.height * fitFactor(area, picture)), x: middle.x + (x * face.height * picture.height) / picture.width, y: middle.y + y * face.height };
}

/** Holds a face where it is on the screen now. */
export function holdHere(face: FaceBox, rect: Rect, area: Size): FaceHold {
  const height = face.height * rect.height;
  const middle = middleOf(face);
  return { share: height / area.height, x: (area.width / 2 - rect.left - middle.x * rect.width) / height, y: (area.height / 2 - rect.top - middle.y * rect.height) / height };
}

/** Zooms so that the point under the pointer stays where it is. */
export function zoomHeld(hold: FaceHold, factor: number, pointer: Point, area: Size): FaceHold {
  const share = Math.min(maximumScale / 2, Math.max(0.05, hold.share * factor));
  const grown = share / hold.share;
  const height = hold.share * area.height;
  const moved = (middle: number, away: number): number => middle + (away * (grown - 1)) / (height * grown);
  return { share, x: moved(hold.x, pointer.x - area.width / 2), y: moved(hold.y, pointer.y - area.height / 2) };
}

/** Moves by pixels of the surface. */
export function panHeld(hold: FaceHold, movement: Point, area: Size): FaceHold {
  const height = hold.share * area.height;
  return { ...hold, x: hold.x - movement.x / height, y: hold.y - movement.y / height };
}

function middleOf({ x, y, width, height }: FaceBox): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
