import type { Sharp } from 'sharp';
import type { Picture } from './loadPicture';

/** A picture inside a frame of a size that a model wants, and how to get back. */
export interface Framed {
  readonly picture: Picture;
  /** Where the picture lies in the frame. */
  readonly inside: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

/** Scales to exactly this size; what sticks out where the shapes differ is cut off at both sides. */
export async function resizePicture(picture: Picture, width: number, height: number): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture;
  return rendered((await sharpOf(picture)).resize(width, height, { fit: 'cover', kernel: 'lanczos3' }));
}

/** Scales to fit into the frame and repeats the edges around it, so that nothing is cut off or stretched. */
export async function framePicture(picture: Picture, width: number, height: number): Promise<Framed> {
  const scale = Math.min(width / picture.width, height / picture.height);
  const inner = { width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) };
  const left = Math.floor((width - inner.width) / 2);
  const top = Math.floor((height - inner.height) / 2);
  const scaled = await rendered((await sharpOf(picture)).resize(inner.width, inner.height, { fit: 'fill', kernel: 'lanczos3' }));
  return { picture: await padPicture(scaled, width, height, left, top), inside: { left, top, ...inner } };
}

/** Repeats the edges until the frame is full. */
export async function padPicture(picture: Picture, width: number, height: number, left = 0, top = 0): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture;
  const extended = (await sharpOf(picture)).extend({ left, top, right: width - picture.width - left, bottom: height - picture.height - top, extendWith: 'copy' });
  return rendered(extended);
}

export async function cropPicture(picture: Picture, { left, top, width, height }: Framed['inside']): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture;
  return rendered((await sharpOf(picture)).extract({ left, top, width, height }));
}

async function sharpOf({ pixels, width, height }: Picture): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

async function rendered(image: Sharp): Promise<Picture> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}
