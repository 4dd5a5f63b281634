import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing, vsCodeTextArea } from '@vscode/webview-ui-toolkit';

/**
 * The only file that knows the toolkit, which is archived upstream. Registers the elements that panels use, and no
 * others; each one more costs every panel its size.
 */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeProgressRing());
}

/** Tag names, so that a control that is not registered cannot be named by accident. */
export const control = { button: 'vscode-button', textArea: 'vscode-text-area', progressRing: 'vscode-progress-ring' } as const;

/** Types a character into a text area as a key would; its own `value` is taken over too late for the next key. */
export function typeInto(textArea: HTMLElement, character: string): void {
  const inner = textArea.shadowRoot?.querySelector('textarea');
  inner?.setRangeText(character, inner.selectionStart, inner.selectionEnd, 'end');
  inner?.dispatchEvent(new Event('input', { bubbles: true }));
}
