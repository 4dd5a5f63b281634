import { h, type Child, type Node } from '../ui/dom';
import { compare, heat, type Difference } from './difference';
import type { FaceBox } from './contract';
import { heldViewport, type FaceHold } from './faceHold';
import type { Picture, Pictures } from './pictures';
import { levelFor, tilesSeen } from './tiles';
import { place, visible, type Rect, type Size, type Viewport } from './viewport';

/** One place where pictures are drawn, and what lies on them. */
export interface Surface {
  /** `A`, `source`, `solo`: stays the same while the cell changes. */
  readonly slot: string;
  readonly layers: readonly Layer[];
  readonly viewport: Viewport;
  /** Where faces are held, for pictures in which one was found; for others the viewport holds. */
  readonly hold?: FaceHold | undefined;
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
  /** In the picture that lies undermost. */
  readonly face: FaceBox | undefined;
  readonly element: HTMLElement;
}

/** Draws pictures on canvases, and remembers where. Only what changed is drawn again. */
export class Stage {
  readonly drawn = new Map<string, Drawn>();
  private readonly signatures = new WeakMap<Element, string>();
  private readonly differences = new Map<string, Difference>();
  private readonly heats = new Map<string, OffscreenCanvas>();

  /** @param faceOf the face in a picture, by the picture's id */
  constructor(private readonly pictures: Pictures, private readonly faceOf: (picture: string) => FaceBox | undefined) {}

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
    const difference = compare(left.whole, right.whole);
    if (this.differences.size > 24) this.differences.clear();
    this.differences.set(key, difference);
    return difference;
  }

  private paint(element: HTMLElement, surface: Surface): void {
    const { slot, layers, viewport, hold } = surface;
    const canvas = element.firstElementChild as HTMLCanvasElement;
    const area = { width: element.clientWidth, height: element.clientHeight };
    const [first] = layers;
    const base = first && this.pictures.get(first.picture);
    const rect = base && this.rectOf(surface, first, base, area);
    if (rect && area.width > 0) this.drawn.set(slot, { area, picture: base, rect, face: this.faceOf(first.picture), element });
    else this.drawn.delete(slot);

    const ratio = window.devicePixelRatio;
    const came = layers.map(({ picture, from }) => [this.pictures.version(picture), from && this.pictures.version(from.picture), hold && this.faceOf(picture)]);
    const signature = JSON.stringify([area, ratio, layers, viewport, hold, came, base !== undefined]);
    if (this.signatures.get(element) === signature) return;
    this.signatures.set(element, signature);
    element.classList.toggle('loading', layers.length > 0 && !base);

    canvas.width = Math.round(area.width * ratio);
    canvas.height = Math.round(area.height * ratio);
    const context = canvas.getContext('2d');
    if (!context || !rect || area.width === 0) return;
    const seen = visible(area, rect);
    context.scale(ratio, ratio);
    context.imageSmoothingQuality = 'high';
    // Over 300 % single pixels are what one wants to see.
    context.imageSmoothingEnabled = (rect.width / base.width) * ratio <= 3;
    drawChecks(context, seen);
    // Each picture lies where its own face is held; where one has none, all lie as the first.
    const each = hold !== undefined && layers.every(({ picture }) => this.faceOf(picture) !== undefined);
    for (const layer of layers) {
      const shown = each ? this.pictures.get(layer.picture) : undefined;
      this.drawLayer(context, layer, shown ? this.rectOf(surface, layer, shown, area) : rect, seen, ratio);
    }
    placeFrame(element.lastElementChild as HTMLElement, rect, seen);
  }

  private rectOf({ viewport, hold }: Surface, { picture }: Layer, shown: Size, area: Size): Rect {
    const face = hold && this.faceOf(picture);
    return face ? place(area, shown, heldViewport(hold, face, area, shown), true) : place(area, shown, viewport);
  }

  private drawLayer(context: CanvasRenderingContext2D, layer: Layer, rect: Rect, seen: Rect, ratio: number): void {
    const heated = layer.from && this.heat(layer.picture, layer.from.picture, layer.from.gain);
    const picture = layer.from ? undefined : this.pictures.get(layer.picture);
    const whole = heated ?? picture?.whole;
    if (!whole) return;
    context.save();
    context.beginPath();
    context.rect(seen.left, seen.top, seen.width * (layer.until ?? 1), seen.height);
    context.clip();
    context.globalAlpha = layer.opacity ?? 1;
    context.drawImage(whole, rect.left, rect.top, rect.width, rect.height);
    if (picture) this.drawTiles(context, layer.picture, picture, rect, seen, ratio);
    context.restore();
  }

  /** Coarser tiles that are there lie under finer ones that are still to come. */
  private drawTiles(context: CanvasRenderingContext2D, id: string, { whole, width, tiled }: Picture, rect: Rect, seen: Rect, ratio: number): void {
    const shown = (rect.width * ratio) / width;
    if (!tiled || shown * width <= whole.width) return;
    const wanted = levelFor(tiled, shown);
    for (let level = 1; level <= wanted; level++) {
      for (const { name, rect: place } of tilesSeen(id, tiled, level, rect, seen, ratio)) {
        const tile = this.pictures.tile(name, level === wanted);
        if (tile) context.drawImage(tile, place.left, place.top, place.width, place.height);
      }
    }
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
    const bitmap = id === undefined ? undefined : this.pictures.get(id)?.whole;
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

/** What lies on a picture is placed by its visible part, and by where the whole of it would be. */
function placeFrame(frame: HTMLElement, rect: Rect, seen: Rect): void {
  const places = { left: seen.left, top: seen.top, width: seen.width, height: seen.height, '--left': rect.left - seen.left, '--top': rect.top - seen.top, '--width': rect.width, '--height': rect.height };
  for (const [name, value] of Object.entries(places)) frame.style.setProperty(name, `${value}px`);
}

const checkSide = 8;

/** Shows through where a picture is transparent. */
function drawChecks(context: CanvasRenderingContext2D, seen: Rect): void {
  checks ??= checkTile();
  const pattern = context.createPattern(checks, 'repeat');
  if (!pattern) return;
  context.fillStyle = pattern;
  context.fillRect(seen.left, seen.top, seen.width, seen.height);
}

let checks: OffscreenCanvas | undefined;

function checkTile(): OffscreenCanvas {
  const tile = new OffscreenCanvas(checkSide * 2, checkSide * 2);
  const context = tile.getContext('2d');
  if (!context) return tile;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, checkSide * 2, checkSide * 2);
  context.fillStyle = '#c8c8c8';
  context.fillRect(0, 0, checkSide, checkSide);
  context.fillRect(checkSide, checkSide, checkSide, checkSide);
  return tile;
}
