import type { Face } from '../../core/evaluation/face';
import type { Picture } from '../pictures/loadPicture';

/** Turns, scales and moves: `x' = a x - b y + tx`, `y' = b x + a y + ty`. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

type Points = readonly (readonly [number, number])[];

/**
 * The similarity that brings points nearest to others in the least-squares sense, without mirroring (Umeyama 1991, IEEE
 * TPAMI 13:376; in the plane its rotation has this closed form).
 */
export function similarityBetween(from: Points, to: Points): Similarity {
  const [centre, goal] = [centreOf(from), centreOf(to)];
  let [cosine, sine, spread] = [0, 0, 0];
  from.forEach(([x, y], index) => {
    const [goalX, goalY] = to[index] ?? goal;
    const [dx, dy, gx, gy] = [x - centre[0], y - centre[1], goalX - goal[0], goalY - goal[1]];
    cosine += dx * gx + dy * gy;
    sine += dx * gy - dy * gx;
    spread += dx * dx + dy * dy;
  });
  const [a, b] = spread === 0 ? [1, 0] : [cosine / spread, sine / spread];
  return { a, b, tx: goal[0] - a * centre[0] + b * centre[1], ty: goal[1] - b * centre[0] - a * centre[1] };
}

/** In pixels. */
export function landmarksIn({ landmarks }: Face, { width, height }: Picture): Points {
  return landmarks.map(({ x, y }) => [x * width, y * height] as const);
}

/** The face upright at 112 by 112 pixels, its landmarks where SFace wants them: OpenCV's `FaceRecognizerSF::alignCrop`. */
export function alignedFace(picture: Picture, face: Face): Picture {
  return warped(picture, similarityBetween(landmarksIn(face, picture), recognizerPlaces), 112);
}

/** Of OpenCV's `face_recognize.cpp`. */
const recognizerPlaces: Points = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

/** Bilinear, black beyond the picture, as OpenCV's `warpAffine`. */
function warped({ pixels, width, height }: Picture, { a, b, tx, ty }: Similarity, side: number): Picture {
  const scale = a * a + b * b;
  const out = new Uint8Array(side * side * 3);
  const level = (x: number, y: number, channel: number): number => (x < 0 || y < 0 || x >= width || y >= height ? 0 : (pixels[(y * width + x) * 3 + channel] ?? 0));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [fromX, fromY] = [(a * (x - tx) + b * (y - ty)) / scale, (a * (y - ty) - b * (x - tx)) / scale];
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - left, fromY - top];
      for (let channel = 0; channel < 3; channel++) {
        const above = level(left, top, channel) * (1 - right) + level(left + 1, top, channel) * right;
        const below = level(left, top + 1, channel) * (1 - right) + level(left + 1, top + 1, channel) * right;
        out[(y * side + x) * 3 + channel] = Math.round(above * (1 - down) + below * down);
      }
    }
  }
  return { width: side, height: side, pixels: out };
}

/**
 * Degrees by which the head is turned, from where the tip of the nose stands between the eyes: in weak perspective its
 * offset is depth times the tangent. Rough (the depth of a nose is taken for a common one), and meant to tell a front from
 * a profile. Positive when the nose is to the right of the middle.
 */
export function yawOf(face: Face, picture: Picture): number {
  const [[leftX, leftY] = [0, 0], [rightX, rightY] = [0, 0], [noseX, noseY] = [0, 0]] = landmarksIn(face, picture);
  const [dx, dy] = [rightX - leftX, rightY - leftY];
  const half = Math.hypot(dx, dy) / 2;
  if (half === 0) return 90;
  const along = ((noseX - (leftX + rightX) / 2) * dx + (noseY - (leftY + rightY) / 2) * dy) / (2 * half);
  return (Math.atan(along / half / noseDepth) * 180) / Math.PI;
}

/** Of the tip before the line of the pupils, in half distances between the pupils: of the common mean face of 3D models. */
const noseDepth = 0.9;

/** What is left between the landmarks of two faces after the best similarity, in shares of the distance between the eyes (Procrustes). */
export function shapeDistance(face: Face, picture: Picture, other: Face, otherPicture: Picture): number {
  const [from, to] = [landmarksIn(face, picture), landmarksIn(other, otherPicture)];
  const { a, b, tx, ty } = similarityBetween(from, to);
  const squares = from.reduce((sum, [x, y], index) => {
    const [goalX, goalY] = to[index] ?? [0, 0];
    return sum + (a * x - b * y + tx - goalX) ** 2 + (b * x + a * y + ty - goalY) ** 2;
  }, 0);
  const [[leftX, leftY] = [0, 0], [rightX, rightY] = [0, 0]] = to;
  const eyes = Math.hypot(rightX - leftX, rightY - leftY);
  return eyes === 0 ? Number.NaN : Math.sqrt(squares / from.length) / eyes;
}

function centreOf(points: Points): readonly [number, number] {
  return [points.reduce((sum, [x]) => sum + x, 0) / points.length, points.reduce((sum, [, y]) => sum + y, 0) / points.length];
}
