/** What an element should be. Built anew for each state, and compared with what is on the page. */
export interface Node {
  readonly tag: string;
  readonly key: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly on: Readonly<Record<string, Listener>>;
  readonly style: Readonly<Record<string, string>>;
  /** Of form fields; left alone while a person is typing in it. */
  readonly value: string | undefined;
  /** Runs when the whole page is up to date, for measuring and drawing. */
  readonly paint: ((element: HTMLElement) => void) | undefined;
  readonly children: readonly (Node | string)[];
}

export type Listener = (event: Event) => void;
export type Child = Node | string | false | undefined | null;

export interface Properties {
  readonly key?: string;
  readonly on?: Readonly<Record<string, Listener>>;
  /** Custom properties and others, through CSSOM: style attributes are not allowed in a panel. */
  readonly style?: Readonly<Record<string, string>>;
  readonly value?: string;
  readonly paint?: (element: HTMLElement) => void;
  /** Attributes. `true` is an empty one, `false` and `undefined` none; ARIA states are written out. */
  readonly [attribute: string]: unknown;
}

/** Describes an element: `h('button', { class: 'icon' }, 'Save')`. */
export function h(tag: string, properties: Properties = {}, ...children: readonly (Child | readonly Child[])[]): Node {
  const { key, on = {}, style = {}, value, paint, ...rest } = properties;
  const attributes: Record<string, string> = {};
  for (const [name, setting] of Object.entries(rest)) {
    const text = attributeText(name, setting);
    if (text !== undefined) attributes[name] = text;
  }
  const flat = children.flat().filter((child): child is Node | string => child !== false && child !== undefined && child !== null && child !== '');
  return { tag, key, attributes, on, style, value, paint, children: flat };
}

/** Makes the content of `parent` what `nodes` say, touching only what differs, so that focus and scrolling stay. */
export function render(parent: Element, nodes: readonly Child[]): void {
  const paints: (() => void)[] = [];
  patchChildren(parent, h('x', {}, nodes).children, paints);
  for (const paint of paints) paint();
}

interface Kept {
  readonly node: Node;
  readonly listening: Set<string>;
}

const kept = new WeakMap<Element, Kept>();
const svgTags = new Set(['svg', 'path', 'circle', 'g', 'line', 'rect', 'text', 'title']);

function patchChildren(parent: Element, nodes: readonly (Node | string)[], paints: (() => void)[]): void {
  const old = [...parent.childNodes];
  const keyed = new Map<string, ChildNode>();
  for (const child of old) {
    const key = child instanceof Element ? kept.get(child)?.node.key : undefined;
    if (key !== undefined) keyed.set(key, child);
  }
  const used = new Set<ChildNode>();
  let cursor: ChildNode | null = parent.firstChild;
  for (const node of nodes) {
    while (cursor && used.has(cursor)) cursor = cursor.nextSibling;
    const match: ChildNode | null = typeof node === 'string' || node.key === undefined ? unkeyed(cursor) : (keyed.get(node.key) ?? null);
    const child = patch(match, node, paints);
    used.add(child);
    if (child !== cursor) parent.insertBefore(child, cursor);
    else cursor = cursor.nextSibling;
  }
  for (const child of old) if (!used.has(child)) child.remove();
}

function unkeyed(child: ChildNode | null): ChildNode | null {
  return child instanceof Element && kept.get(child)?.node.key !== undefined ? null : child;
}

function patch(old: ChildNode | null, node: Node | string, paints: (() => void)[]): ChildNode {
  return typeof node === 'string' ? patchText(old, node) : patchElement(old, node, paints);
}

function patchText(old: ChildNode | null, text: string): ChildNode {
  if (!(old instanceof Text)) return document.createTextNode(text);
  if (old.data !== text) old.data = text;
  return old;
}

function patchElement(old: ChildNode | null, node: Node, paints: (() => void)[]): ChildNode {
  const before = old instanceof Element ? kept.get(old) : undefined;
  const reusable = old instanceof Element && before?.node.tag === node.tag && before.node.key === node.key;
  const element = reusable ? (old as HTMLElement) : create(node.tag);
  const previous = reusable ? before : undefined;
  applyAttributes(element, previous?.node.attributes ?? {}, node.attributes);
  applyStyle(element, previous?.node.style ?? {}, node.style);
  const listening = previous?.listening ?? new Set<string>();
  kept.set(element, { node, listening });
  for (const type of Object.keys(node.on)) {
    if (listening.has(type)) continue;
    listening.add(type);
    element.addEventListener(type, (event) => kept.get(element)?.node.on[type]?.(event));
  }
  patchChildren(element, node.children, paints);
  if (node.value !== undefined) setValue(element, node.value);
  const { paint } = node;
  if (paint) paints.push(() => paint(element));
  return element;
}

function create(tag: string): HTMLElement {
  if (!svgTags.has(tag)) return document.createElement(tag);
  // The one place where an SVG element passes for an HTML one: only attributes are set on it.
  return document.createElementNS('http://www.w3.org/2000/svg', tag) as unknown as HTMLElement;
}

function applyAttributes(element: Element, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(before)) if (!(name in after)) element.removeAttribute(name);
  for (const [name, text] of Object.entries(after)) if (before[name] !== text) element.setAttribute(name, text);
}

function applyStyle(element: HTMLElement, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(before)) if (!(name in after)) element.style.removeProperty(name);
  for (const [name, text] of Object.entries(after)) if (before[name] !== text) element.style.setProperty(name, text);
}

function setValue(element: HTMLElement, value: string): void {
  const field = element as HTMLInputElement;
  if (document.activeElement !== element && field.value !== value) field.value = value;
}

function attributeText(name: string, setting: unknown): string | undefined {
  if (typeof setting === 'string') return setting;
  if (typeof setting === 'number') return String(setting);
  if (typeof setting === 'boolean' && (name.startsWith('aria-') || name === 'draggable')) return String(setting);
  return setting === true ? '' : undefined;
}
