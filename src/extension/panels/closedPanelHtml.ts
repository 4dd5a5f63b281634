import type { PanelAddresses } from './compareHtml';

/**
 * The page of a panel that loads nothing but its own script and style; pictures arrive as bytes, cards as text that the page
 * cleans. No address of a card is ever followed by the page itself.
 */
export function closedPanelHtml({ script, style, cspSource, nonce, title = 'Evalmark' }: PanelAddresses): string {
  const policy = ["default-src 'none'", 'img-src blob:', `style-src ${cspSource}`, `script-src 'nonce-${nonce}'`].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
