import { panelPage, type PanelAddresses } from './panelPage';

/**
 * The page of the compare, matrix and decision panels. Nothing is loaded but its own script and style; pictures arrive as bytes. The
 * toolkit looks for the `csp-nonce` element to mark the one style it adds.
 */
export function compareHtml(addresses: PanelAddresses): string {
  const { cspSource, nonce } = addresses;
  const policy = ["default-src 'none'", 'img-src blob: data:', `style-src ${cspSource} 'nonce-${nonce}'`, `script-src 'nonce-${nonce}'`];
  return panelPage({ title: 'Compare', ...addresses }, policy, `<meta property="csp-nonce" content="${nonce}">\n`);
}
