export interface SurveyAddresses {
  readonly script: string;
  readonly styles: readonly string[];
  readonly cspSource: string;
  readonly nonce: string;
}

/** The page of the survey panel; names and texts of models arrive as messages and are only ever set as text. */
export function surveyHtml({ script, styles, cspSource, nonce }: SurveyAddresses): string {
  const policy = [`default-src 'none'`, `style-src ${cspSource}`, `font-src ${cspSource}`, `script-src 'nonce-${nonce}'`].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${styles.map((style) => `<link rel="stylesheet" href="${style}">`).join('\n')}
<title>Survey</title>
</head>
<body>
<header>
  <div><h1 id="title">Survey</h1><span id="subtitle"></span></div>
  <input id="search" type="search" placeholder="Name, author, base, verdict  ( / )" aria-label="Search candidates">
</header>
<div id="scroll">
  <table id="table" role="grid" aria-label="Candidates"><thead id="head"></thead><tbody id="body"></tbody></table>
  <p id="empty" hidden></p>
  <p><button id="hidden-toggle" class="link" aria-expanded="false" hidden></button></p>
  <ul id="hidden-list"></ul>
</div>
<footer>
  <span id="selection"></span>
  <span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>Space</kbd> select · <kbd>1</kbd>…<kbd>5</kbd> score, then next · <kbd>C</kbd> category · <kbd>X</kbd> leave out · <kbd>S</kbd> sort · <kbd>/</kbd> search</span>
  <button id="done">Done</button>
</footer>
<div id="live" class="offscreen" role="status" aria-live="polite"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
