/**
 * What of a picture is looked at, in relative coordinates, so that outputs of different sizes show the same place.
 * `scale` 1 shows the whole picture.
 */
export interface Viewport {
  readonly scale: number;
  /** What lies in the middle, 0 to 1. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly left: number;
  readonly top: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const fitted: Viewport = { scale: 1, x: 0.5, y: 0.5 };

export const maximumScale = 64;

/** Pixels on the screen for one pixel of the picture when the whole picture is shown. */
export function fitFactor(area: Size, picture: Size): number {
  return Math.min(area.width / picture.width, area.height / picture.height);
}

/**
 * Where the whole picture lies, in pixels of the area; parts may lie outside. Leaves no gap that need not be.
 * @param free a picture that is held by its face may leave gaps
 */
export function place(area: Size, picture: Size, { scale, x, y }: Viewport, free = false): Rect {
  const factor = fitFactor(area, picture) * scale;
  const width = picture.width * factor;
  const height = picture.height * factor;
  if (free) return { left: area.width / 2 - x * width, top: area.height / 2 - y * height, width, height };
  return { left: offset(area.width, width, x), top: offset(area.height, height, y), width, height };
}

/** Zooms so that the point under the pointer stays where it is. */
export function zoomAt(viewport: Viewport, factor: number, pointer: Point, area: Size, picture: Size): Viewport {
  const before = place(area, picture, viewport);
  const scale = Math.min(maximumScale, Math.max(1, viewport.scale * factor));
  if (scale === 1) return fitted;
  const grown = scale / viewport.scale;
  const left = pointer.x - (pointer.x - before.left) * grown;
  const top = pointer.y - (pointer.y - before.top) * grown;
  const [width, height] = [before.width * grown, before.height * grown];
  return settle({ scale, x: (area.width / 2 - left) / width, y: (area.height / 2 - top) / height }, area, picture);
}

/** Moves by pixels of the area. */
export function panBy(viewport: Viewport, movement: Point, area: Size, picture: Size): Viewport {
  const { width, height } = place(area, picture, viewport);
  return settle({ ...viewport, x: viewport.x - movement.x / width, y: viewport.y - movement.y / height }, area, picture);
}

/** Scale at which one pixel of the picture is one of the screen. */
export function actualScale(area: Size, picture: Size, pixelRatio: number): number {
  return 1 / (fitFactor(area, picture) * pixelRatio);
}

/** The point of the picture (0 to 1) under a point of the area; `undefined` outside the picture. */
export function pointAt(rect: Rect, pointer: Point): Point | undefined {
  const [x, y] = [(pointer.x - rect.left) / rect.width, (pointer.y - rect.top) / rect.height];
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : undefined;
}

/** The part of the picture that can be seen. */
export function visible(area: Size, rect: Rect): Rect {
  const left = Math.max(0, rect.left);
  const top = Math.max(0, rect.top);
  return { left, top, width: Math.min(area.width, rect.left + rect.width) - left, height: Math.min(area.height, rect.top + rect.height) - top };
}

function offset(area: number, length: number, middle: number): number {
  if (length <= area) return (area - length) / 2;
  return Math.min(0, Math.max(area - length, area / 2 - middle * length));
}

/** Takes the middle back to where clamping puts it, so that panning beyond an edge need not be undone. */
function settle(viewport: Viewport, area: Size, picture: Size): Viewport {
  const rect = place(area, picture, viewport);
  return { scale: viewport.scale, x: (area.width / 2 - rect.left) / rect.width, y: (area.height / 2 - rect.top) / rect.height };
}
