/** An element of a drawing as data: panels build it, documents get it as text. */
export interface SvgNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (SvgNode | string)[];
}

export function svg(tag: string, attributes: Readonly<Record<string, string | number | undefined>>, ...children: readonly (SvgNode | string | undefined | readonly (SvgNode | string)[])[]): SvgNode {
  const written = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, typeof value === 'number' ? String(Number(value.toFixed(2))) : value] as const]));
  return { tag, attributes: Object.fromEntries(written), children: children.flat().filter((child) => child !== undefined) };
}

/** The drawing as an SVG file. Texts are escaped: labels come from evaluations of strangers. */
export function svgFile(node: SvgNode): string {
  return `${svgText({ ...node, attributes: { xmlns: 'http://www.w3.org/2000/svg', ...node.attributes } })}\n`;
}

function svgText({ tag, attributes, children }: SvgNode): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  if (children.length === 0) return `<${tag}${written.join('')}/>`;
  return `<${tag}${written.join('')}>${children.map((child) => (typeof child === 'string' ? escaped(child) : svgText(child))).join('')}</${tag}>`;
}

function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
