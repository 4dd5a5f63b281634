export interface PanelAddresses {
  readonly script: string;
  readonly style: string;
  /** What the editor allows its own resources from. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly title?: string;
}

/**
 * The page of a panel: nothing but its script and style, under the policy that is given.
 * @param head further elements of the head
 */
export function panelPage({ script, style, nonce, title = 'Evalmark' }: PanelAddresses, policy: readonly string[], head = ''): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
${head}<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
