import { h, type Child, type Node } from '../ui/dom';
import { compare, heat, type Difference } from './difference';
import type { Pictures } from './pictures';
import { place, visible, type Rect, type Size, type Viewport } from './viewport';

/** One place where pictures are drawn, and what lies on them. */
export interface Surface {
  /** `A`, `source`, `solo`: stays the same while the cell changes. */
  readonly slot: string;
  readonly layers: readonly Layer[];
  readonly viewport: Viewport;
  /** Letters, chips and pins, inside the visible part of the picture. */
  readonly children?: readonly Child[];
}

export interface Layer {
  readonly picture: string;
  readonly opacity?: number;
  /** Share of the visible width at which this layer ends. */
  readonly until?: number;
  /** Drawn as its difference from this picture. */
  readonly from?: { readonly picture: string; readonly gain: number };
}

/** Where a picture was last drawn, for pointers and keys. */
export interface Drawn {
  readonly area: Size;
  readonly picture: Size;
  readonly rect: Rect;
  readonly element: HTMLElement;
}

/** Draws pictures on canvases, and remembers where. Only what changed is drawn again. */
export class Stage {
  readonly drawn = new Map<string, Drawn>();
  private readonly signatures = new WeakMap<Element, string>();
  private readonly differences = new Map<string, Difference>();
  private readonly heats = new Map<string, OffscreenCanvas>();

  constructor(private readonly pictures: Pictures) {}

  surface(surface: Surface): Node {
    return h(
      'span',
      { class: 'pic', 'data-slot': surface.slot, key: `pic-${surface.slot}`, paint: (element) => this.paint(element, surface) },
      h('canvas', { 'aria-hidden': true }),
      h('span', { class: 'frame' }, surface.children ?? []),
    );
  }

  /** A small picture that fills its place, from the top. */
  thumbnail(picture: string | undefined, className = 't'): Node {
    return h('canvas', { class: className, 'aria-hidden': true, paint: (element) => this.paintThumbnail(element as HTMLCanvasElement, picture) });
  }

  /** The difference of two pictures once both are there. */
  difference(first: string, second: string): Difference | undefined {
    const key = `${first} ${second}`;
    const known = this.differences.get(key);
    if (known) return known;
    const [left, right] = [this.pictures.get(first), this.pictures.get(second)];
    if (!left || !right) return undefined;
    const difference = compare(left, right);
    if (this.differences.size > 24) this.differences.clear();
    this.differences.set(key, difference);
    return difference;
  }

  private paint(element: HTMLElement, { slot, layers, viewport }: Surface): void {
    const canvas = element.firstElementChild as HTMLCanvasElement;
    const frame = element.lastElementChild as HTMLElement;
    const area = { width: element.clientWidth, height: element.clientHeight };
    const base = layers[0] && this.pictures.get(layers[0].picture);
    const ready = layers.map((layer) => this.pictures.get(layer.picture) !== undefined && (!layer.from || this.pictures.get(layer.from.picture) !== undefined));
    const ratio = window.devicePixelRatio;
    const signature = JSON.stringify([area, ratio, layers, viewport, ready]);
    if (base && area.width > 0) this.drawn.set(slot, { area, picture: base, rect: place(area, base, viewport), element });
    else this.drawn.delete(slot);
    if (this.signatures.get(element) === signature) return;
    this.signatures.set(element, signature);
    element.classList.toggle('loading', layers.length > 0 && !base);

    canvas.width = Math.round(area.width * ratio);
    canvas.height = Math.round(area.height * ratio);
    const context = canvas.getContext('2d');
    if (!context || !base || area.width === 0) return;
    const rect = place(area, base, viewport);
    const seen = visible(area, rect);
    context.scale(ratio, ratio);
    context.imageSmoothingQuality = 'high';
    // Over 300 % single pixels are what one wants to see.
    context.imageSmoothingEnabled = (rect.width / base.width) * ratio <= 3;
    for (const layer of layers) this.drawLayer(context, layer, rect, seen);
    for (const [name, value] of Object.entries({ left: seen.left, top: seen.top, width: seen.width, height: seen.height })) frame.style.setProperty(name, `${value}px`);
    const places = { '--left': rect.left - seen.left, '--top': rect.top - seen.top, '--width': rect.width, '--height': rect.height };
    for (const [name, value] of Object.entries(places)) frame.style.setProperty(name, `${value}px`);
  }

  private drawLayer(context: CanvasRenderingContext2D, layer: Layer, rect: Rect, seen: Rect): void {
    const image = layer.from ? this.heat(layer.picture, layer.from.picture, layer.from.gain) : this.pictures.get(layer.picture);
    if (!image) return;
    context.save();
    context.beginPath();
    context.rect(seen.left, seen.top, seen.width * (layer.until ?? 1), seen.height);
    context.clip();
    context.globalAlpha = layer.opacity ?? 1;
    context.drawImage(image, rect.left, rect.top, rect.width, rect.height);
    context.restore();
  }

  private heat(first: string, second: string, gain: number): OffscreenCanvas | undefined {
    const key = `${first} ${second} ${gain}`;
    const known = this.heats.get(key);
    const difference = known ? undefined : this.difference(first, second);
    if (known || !difference) return known;
    const canvas = new OffscreenCanvas(difference.width, difference.height);
    canvas.getContext('2d')?.putImageData(heat(difference, gain), 0, 0);
    if (this.heats.size > 12) this.heats.clear();
    this.heats.set(key, canvas);
    return canvas;
  }

  private paintThumbnail(canvas: HTMLCanvasElement, id: string | undefined): void {
    const bitmap = id === undefined ? undefined : this.pictures.get(id);
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    const signature = JSON.stringify([id, bitmap !== undefined, width, height]);
    if (this.signatures.get(canvas) === signature) return;
    this.signatures.set(canvas, signature);
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d');
    if (!context || !bitmap || width === 0) return;
    const factor = Math.max(width / bitmap.width, height / bitmap.height);
    const [drawnWidth, drawnHeight] = [bitmap.width * factor, bitmap.height * factor];
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (width - drawnWidth) / 2, Math.min(0, (height - drawnHeight) / 4), drawnWidth, drawnHeight);
  }
}
