export interface PanelAddresses {
  readonly script: string;
  readonly style: string;
  /** What the editor allows its own resources from. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly title?: string;
}

/**
 * The page of the compare and matrix panels. Nothing is loaded but its own script and style; pictures arrive as bytes. The toolkit
 * looks for the `csp-nonce` element to mark the one style it adds.
 */
export function compareHtml({ script, style, cspSource, nonce, title = 'Compare' }: PanelAddresses): string {
  const policy = [
    "default-src 'none'",
    'img-src blob: data:',
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
