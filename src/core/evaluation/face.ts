/** A place in an upright picture, as shares of its width and height. */
export interface RelativePoint {
  readonly x: number;
  readonly y: number;
}

/** A face as YuNet finds it. All in shares of the upright picture's width and height, so that it fits any size of it. */
export interface Face {
  /** May reach beyond the picture. */
  readonly box: RelativePoint & { readonly width: number; readonly height: number };
  /** The eye that is left in a frontal picture, the other one, tip of the nose, left and right corner of the mouth. */
  readonly landmarks: readonly [RelativePoint, RelativePoint, RelativePoint, RelativePoint, RelativePoint];
  /** 0 to 1. */
  readonly score: number;
}
