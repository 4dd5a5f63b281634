import type { Face } from '../../core/evaluation/face';
import { fail, ok, type Result } from '../../core/outcome';
import type { Picture } from '../pictures/loadPicture';
import { pilResize } from '../pictures/pilResize';
import { Network } from './network';
import { plainScale, planesOf } from './planes';

/**
 * YuNet (Wu, Peng and Yu 2023, Machine Intelligence Research 20:656) as OpenCV's `FaceDetectorYN` runs it: BGR from 0 to
 * 255, padded with black to multiples of 32, boxes decoded at strides 8, 16 and 32, overlapping ones left out.
 */
export class FaceDetector {
  private constructor(
    private readonly network: Network,
    private readonly input: string,
    /** The size that the file is fixed to. */
    private readonly fixed: { readonly width: number; readonly height: number } | undefined,
  ) {}

  static async open(file: string): Promise<Result<FaceDetector>> {
    const opened = await Network.open(file);
    if (!opened.ok) return opened;
    const network = opened.value;
    const names = new Set(network.outputs.map(({ name }) => name));
    const missing = strides.flatMap((stride) => heads.map((head) => `${head}_${stride}`)).filter((name) => !names.has(name));
    const input = network.inputs[0];
    if (!input || input.shape.length !== 4 || missing.length > 0) return fail(network.refuse(`it is no YuNet of 2023 or later (${missing.slice(0, 3).join(', ') || 'its input'} is missing)`));
    const [height, width] = [input.shape[2], input.shape[3]];
    const fixed = typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0 ? { width, height } : undefined;
    return ok(new FaceDetector(network, input.name, fixed));
  }

  /** Best first. */
  async detect(picture: Picture, { score = 0.9, overlap = 0.3 } = {}): Promise<readonly Face[]> {
    const limit = this.fixed ?? { width: longestSide, height: longestSide };
    const scale = Math.min(1, limit.width / picture.width, limit.height / picture.height);
    const fitted = scale === 1 ? picture : pilResize(picture, Math.max(1, Math.floor(picture.width * scale)), Math.max(1, Math.floor(picture.height * scale)), 'bicubic');
    const frame = this.fixed ?? { width: padded(fitted.width), height: padded(fitted.height) };
    const outputs = await this.network.run({ [this.input]: { data: planesOf(fitted, { ...plainScale, order: 'bgr' }, frame), dims: [1, 3, frame.height, frame.width] } });
    const found = strides.flatMap((stride) => {
      const [cls, obj, bbox, kps] = heads.map((head) => outputs[`${head}_${stride}`]?.data ?? new Float32Array());
      return cls && obj && bbox && kps ? decode({ cls, obj, bbox, kps }, stride, frame, score) : [];
    });
    return (found.length > 1 ? withoutOverlaps(found, score, overlap) : found).map((face) => relative(face, fitted));
  }
}

/** Its faces have 10 to 300 pixels. */
const longestSide = 640;
const strides = [8, 16, 32] as const;
const heads = ['cls', 'obj', 'bbox', 'kps'] as const;

/** In pixels of the frame. */
interface RawFace {
  readonly box: readonly [x: number, y: number, width: number, height: number];
  readonly points: readonly number[];
  readonly score: number;
}

type Heads = Readonly<Record<(typeof heads)[number], Float32Array>>;

function padded(size: number): number {
  return Math.ceil(size / 32) * 32;
}

function decode({ cls, obj, bbox, kps }: Heads, stride: number, frame: { readonly width: number; readonly height: number }, threshold: number): readonly RawFace[] {
  const [columns, rows] = [Math.floor(frame.width / stride), Math.floor(frame.height / stride)];
  const faces: RawFace[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const score = Math.sqrt(unit(cls[at]) * unit(obj[at]));
      if (!(score >= threshold)) continue;
      const value = (index: number): number => bbox[at * 4 + index] ?? 0;
      const [width, height] = [Math.exp(value(2)) * stride, Math.exp(value(3)) * stride];
      const [x, y] = [(column + value(0)) * stride - width / 2, (row + value(1)) * stride - height / 2];
      const points = Array.from({ length: 10 }, (_, index) => ((kps[at * 10 + index] ?? 0) + (index % 2 === 0 ? column : row)) * stride);
      faces.push({ box: [x, y, width, height], points, score });
    }
  }
  return faces;
}

function unit(value = 0): number {
  return Math.min(1, Math.max(0, value));
}

/** OpenCV's `NMSBoxes` on boxes of whole pixels: the best face goes first, and takes those with it that overlap it. */
function withoutOverlaps(faces: readonly RawFace[], threshold: number, overlap: number): readonly RawFace[] {
  const kept: RawFace[] = [];
  for (const face of faces.filter(({ score }) => score > threshold).toSorted((left, right) => right.score - left.score)) {
    if (kept.every((other) => overlapOf(face, other) <= overlap)) kept.push(face);
  }
  return kept;
}

function overlapOf({ box: first }: RawFace, { box: second }: RawFace): number {
  const [x1, y1, w1, h1] = whole(first);
  const [x2, y2, w2, h2] = whole(second);
  const [areas, width, height] = [w1 * h1 + w2 * h2, Math.min(x1 + w1, x2 + w2) - Math.max(x1, x2), Math.min(y1 + h1, y2 + h2) - Math.max(y1, y2)];
  const shared = width > 0 && height > 0 ? width * height : 0;
  return areas <= 0 ? 1 : shared / (areas - shared);
}

function whole([x, y, width, height]: RawFace['box']): RawFace['box'] {
  return [Math.trunc(x), Math.trunc(y), Math.trunc(width), Math.trunc(height)];
}

function relative({ box: [x, y, w, h], points, score }: RawFace, { width, height }: Picture): Face {
  const point = (index: number) => ({ x: (points[2 * index] ?? 0) / width, y: (points[2 * index + 1] ?? 0) / height });
  return { box: { x: x / width, y: y / height, width: w / width, height: h / height }, landmarks: [point(0), point(1), point(2), point(3), point(4)], score };
}
