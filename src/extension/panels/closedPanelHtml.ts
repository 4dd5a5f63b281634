import { panelPage, type PanelAddresses } from './panelPage';

/**
 * The page of a panel that loads nothing but its own script and style; pictures arrive as bytes, cards as text that the page
 * cleans. No address of a card is ever followed by the page itself.
 */
export function closedPanelHtml(addresses: PanelAddresses): string {
  const { cspSource, nonce } = addresses;
  return panelPage(addresses, ["default-src 'none'", 'img-src blob:', `style-src ${cspSource}`, `script-src 'nonce-${nonce}'`]);
}
