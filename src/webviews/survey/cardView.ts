import DOMPurify, { type Config } from 'dompurify';

/** What a card asks of the panel. */
export interface CardRequests {
  openLink(address: string): void;
  /** Bytes of a picture that the Hub has; the element shows its description until they are there. */
  picture(address: string, image: HTMLImageElement): void;
}

/**
 * Shows a card's HTML in a shadow root, cleaned: nothing runs, nothing loads, nothing looks like a part of the panel. Pictures
 * are asked of the host by address; links are handed to it.
 */
export function showCard(host: HTMLElement, html: string, requests: CardRequests): void {
  if (shown.get(host) === html) return;
  shown.set(host, html);
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet()];
  const content = clean(html);
  for (const image of content.querySelectorAll('img')) {
    const address = image.dataset.address;
    if (address) requests.picture(address, image);
  }
  const body = document.createElement('div');
  body.className = 'card';
  body.append(content);
  root.replaceChildren(body);
  body.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-address]') : null;
    if (!link) return;
    event.preventDefault();
    requests.openLink(link.dataset.address ?? '');
  });
}

const shown = new WeakMap<HTMLElement, string>();

/** @returns a fragment without scripts, styles, frames, forms, and without one address that a browser would follow by itself */
export function clean(html: string): DocumentFragment {
  DOMPurify.removeAllHooks();
  DOMPurify.addHook('afterSanitizeAttributes', takeAddresses);
  return DOMPurify.sanitize(html, rules);
}

const rules = {
  ALLOWED_TAGS: [
    'a', 'b', 'blockquote', 'br', 'caption', 'code', 'dd', 'del', 'details', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'kbd', 'li', 'mark',
    'ol', 'p', 'pre', 's', 'small', 'span', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'u', 'ul',
  ],
  ALLOWED_ATTR: ['align', 'alt', 'colspan', 'height', 'href', 'open', 'rowspan', 'src', 'start', 'title', 'width'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
} satisfies Config;

/** Addresses become data: a picture has none until its bytes are there, and a link leads nowhere but to the host. */
function takeAddresses(node: Element): void {
  for (const [tag, attribute] of [['IMG', 'src'], ['A', 'href']] as const) {
    if (node.tagName !== tag) continue;
    const address = node.getAttribute(attribute);
    node.removeAttribute(attribute);
    if (address === null || /^\s*(?:javascript|data|vbscript|file):/i.test(address)) continue;
    node.setAttribute('data-address', address);
    if (tag !== 'A') continue;
    // Within the card there is nowhere to go: its ids are taken out.
    if (address.startsWith('#')) node.removeAttribute('data-address');
    else {
      node.setAttribute('role', 'link');
      node.setAttribute('tabindex', '0');
      node.setAttribute('title', address);
    }
  }
  if (node.tagName !== 'IMG') {
    node.removeAttribute('src');
    node.removeAttribute('width');
    node.removeAttribute('height');
  }
  if (node.tagName !== 'A') node.removeAttribute('href');
}

let made: CSSStyleSheet | undefined;

function sheet(): CSSStyleSheet {
  if (made) return made;
  made = new CSSStyleSheet();
  made.replaceSync(`
    .card { font: 13px/19px var(--vscode-font-family, system-ui, sans-serif); overflow-wrap: anywhere; contain: content; color: var(--vscode-foreground); }
    h1, h2, h3, h4, h5, h6 { font-size: 14px; line-height: 18px; margin: 14px 0 6px; font-weight: 600; } h1 { font-size: 15px; } h4, h5, h6 { font-size: 13px; }
    p, ul, ol, dl, pre, table, blockquote, figure { margin: 0 0 8px; } ul, ol { padding-left: 22px; }
    a { color: var(--vscode-textLink-foreground); cursor: pointer; } a:hover { text-decoration: underline; }
    a:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
    img { max-width: 100%; height: auto; border-radius: 3px; vertical-align: middle; } img:not([src]) { border: 1px dashed var(--vscode-widget-border, #80808073); min-width: 44px; min-height: 32px; padding: 4px; color: var(--vscode-descriptionForeground); }
    code { font: 12px var(--vscode-editor-font-family, monospace); background: var(--vscode-textCodeBlock-background, transparent); padding: 0 3px; border-radius: 2px; }
    pre { background: var(--vscode-textCodeBlock-background, transparent); border: 1px solid var(--vscode-contrastBorder, transparent); padding: 8px 10px; overflow-x: auto; border-radius: 3px; } pre code { padding: 0; background: none; }
    table { border-collapse: collapse; display: block; overflow-x: auto; } th, td { border: 1px solid var(--vscode-panel-border, #80808059); padding: 3px 8px; text-align: left; } th { font-weight: 600; }
    blockquote { border-left: 3px solid var(--vscode-panel-border, #80808059); padding-left: 10px; color: var(--vscode-descriptionForeground); } hr { border: 0; border-top: 1px solid var(--vscode-panel-border, #80808059); }
  `);
  return made;
}
