/** Tells a screen reader, politely; the same sentence twice is told twice. */
export function announce(text: string): void {
  region ??= createRegion();
  region.textContent = region.textContent === text ? `${text}\u00A0` : text;
}

let region: HTMLElement | undefined;

function createRegion(): HTMLElement {
  const element = document.createElement('div');
  element.className = 'sr';
  element.setAttribute('role', 'status');
  element.setAttribute('aria-live', 'polite');
  document.body.append(element);
  return element;
}
