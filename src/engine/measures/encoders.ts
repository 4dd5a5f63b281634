import type { Face } from '../../core/evaluation/face';
import { fail, ok, type Result } from '../../core/outcome';
import type { Picture } from '../pictures/loadPicture';
import { pilResize } from '../pictures/pilResize';
import { alignedFace } from './faceGeometry';
import { Network } from './network';
import { clipScale, imageNetScale, plainScale, planesOf, type PixelScale } from './planes';

/** A network that turns a picture into a direction. */
export class PictureEncoder {
  private constructor(
    private readonly network: Network,
    private readonly input: string,
    private readonly output: string,
  ) {}

  /** @param wanted names of its output, the best first; any other with that many dimensions will do */
  static async open(file: string, wanted: readonly string[]): Promise<Result<PictureEncoder>> {
    const opened = await Network.open(file);
    if (!opened.ok) return opened;
    const network = opened.value;
    const input = network.inputs.find(({ shape, type }) => shape.length === 4 && type === 'float32');
    const outputs = network.outputs.filter(({ type }) => type === 'float32');
    const output = wanted.map((name) => outputs.find((port) => port.name === name)).find((port) => port !== undefined) ?? outputs.find(({ shape }) => shape.length === 2 || shape.length === 3);
    if (!input || !output || network.inputs.length !== 1) return fail(network.refuse('it does not turn one picture into numbers'));
    return ok(new PictureEncoder(network, input.name, output.name));
  }

  /** Of `[1, tokens, features]` the first token, which stands for the whole picture. */
  async encode({ picture, scale }: PreparedPicture): Promise<Float32Array> {
    const outputs = await this.network.run({ [this.input]: { data: planesOf(picture, scale), dims: [1, 3, picture.height, picture.width] } });
    const { data, dims } = outputs[this.output] ?? { data: new Float32Array(), dims: [] };
    return data.slice(0, dims.at(-1));
  }
}

/** A picture as a network wants it. */
export interface PreparedPicture {
  readonly picture: Picture;
  readonly scale: PixelScale;
}

/** For SFace, as OpenCV's `FaceRecognizerSF`: red first, 0 to 255; the network itself centres them. */
export function preparedFace(picture: Picture, face: Face): PreparedPicture {
  return { picture: alignedFace(picture, face), scale: plainScale };
}

/** For DINOv2, as transformers' processor: the shorter side to 256, the middle 224. */
export function preparedForDino(picture: Picture): PreparedPicture {
  return { picture: middleOf(picture, 256, 224), scale: imageNetScale };
}

/** For CLIP, as transformers' processor: the shorter side to 224, the middle of it. */
export function preparedForClip(picture: Picture): PreparedPicture {
  return { picture: middleOf(picture, 224, 224), scale: clipScale };
}

/**
 * The square around a person whose face was found, the face greyed out: hair, clothes and build. Six faces high, the face
 * near its top; smaller where the picture is.
 */
export function personCrop(picture: Picture, { box }: Face): Picture {
  const [faceX, faceY, faceWidth, faceHeight] = [box.x * picture.width, box.y * picture.height, box.width * picture.width, box.height * picture.height];
  const side = Math.max(1, Math.min(picture.width, picture.height, Math.round(6 * faceHeight)));
  const left = clamped(faceX + faceWidth / 2 - side / 2, picture.width - side);
  const top = clamped(faceY - 0.75 * faceHeight, picture.height - side);
  const crop = cropped(picture, left, top, side, side);
  for (let y = Math.max(0, Math.floor(faceY - top)); y < Math.min(side, Math.ceil(faceY + faceHeight - top)); y++) {
    for (let x = Math.max(0, Math.floor(faceX - left)); x < Math.min(side, Math.ceil(faceX + faceWidth - left)); x++) crop.pixels.set(grey, (y * side + x) * 3);
  }
  return crop;
}

/** The mean of ImageNet: nothing, to DINO. */
const grey = imageNetScale.mean.map(Math.round);

/** Cosine of the angle between two directions; 0 where one has no length. */
export function cosine(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let [product, one, other] = [0, 0, 0];
  for (let index = 0; index < first.length; index++) {
    const [a, b] = [first[index] ?? 0, second[index] ?? 0];
    product += a * b;
    one += a * a;
    other += b * b;
  }
  return one === 0 || other === 0 ? 0 : product / Math.sqrt(one * other);
}

/**
 * CLIP's directional similarity (Gal et al. 2022, StyleGAN-NADA): whether the picture went the way that the words went. Of
 * embeddings of length 1, as transformers gives them.
 */
export function directionCosine(source: Float32Array, output: Float32Array, before: Float32Array, after: Float32Array): number {
  return cosine(step(source, output), step(before, after));
}

function step(from: Float32Array, to: Float32Array): Float64Array {
  const [start, end] = [unit(from), unit(to)];
  return end.map((value, index) => value - (start[index] ?? 0));
}

function unit(values: Float32Array): Float64Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
  return Float64Array.from(values, (value) => value / length);
}

/** Bicubic through Pillow's filter, as the processors do; the crop begins at the rounded-down half of the rest. */
function middleOf(picture: Picture, shortest: number, side: number): Picture {
  const { width, height } = picture;
  const [toWidth, toHeight] = width <= height ? [shortest, Math.floor((shortest * height) / width)] : [Math.floor((shortest * width) / height), shortest];
  return cropped(pilResize(picture, toWidth, toHeight, 'bicubic'), Math.floor((toWidth - side) / 2), Math.floor((toHeight - side) / 2), side, side);
}

function cropped({ pixels, width: from }: Picture, left: number, top: number, width: number, height: number): Picture {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) out.set(pixels.subarray(((y + top) * from + left) * 3, ((y + top) * from + left + width) * 3), y * width * 3);
  return { width, height, pixels: out };
}

function clamped(value: number, most: number): number {
  return Math.round(Math.min(Math.max(0, most), Math.max(0, value)));
}
