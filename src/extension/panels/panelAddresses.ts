import { randomBytes } from 'node:crypto';
import { Uri, type Webview } from 'vscode';
import type { PanelAddresses } from './panelPage';

/** Where the pages of panels lie: all that a panel may load from the disk. */
export function bundles(extensionUri: Uri): Uri {
  return Uri.joinPath(extensionUri, 'dist', 'webviews');
}

/** Script and style of a panel's own bundle as its page may ask for them, with a nonce of its own for each page. */
export function panelAddresses(webview: Webview, extensionUri: Uri, bundle: string): PanelAddresses {
  const address = (ending: string) => webview.asWebviewUri(Uri.joinPath(bundles(extensionUri), `${bundle}.${ending}`)).toString();
  return { script: address('js'), style: address('css'), cspSource: webview.cspSource, nonce: randomBytes(18).toString('base64') };
}
