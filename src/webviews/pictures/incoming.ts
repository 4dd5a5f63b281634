import type { Panel } from './panel';

/** Files that are dropped onto the page: from the system as content, from the editor's own tree by their addresses. */
export function bringIn(panel: Panel): void {
  const hold = (event: DragEvent): void => {
    event.preventDefault();
    if (!panel.local.dropping) panel.update({ dropping: true });
  };
  addEventListener('dragenter', hold);
  addEventListener('dragover', hold);
  addEventListener('dragleave', (event) => event.relatedTarget === null && panel.update({ dropping: false }));
  addEventListener('drop', (event) => {
    event.preventDefault();
    panel.update({ dropping: false });
    void takeIn(panel, event.dataTransfer);
  });
}

export async function takeIn(panel: Panel, data: DataTransfer | null): Promise<void> {
  if (!data) return;
  const addresses = addressesIn(data.getData('application/vnd.code.uri-list') || data.getData('text/uri-list'));
  const files = [...data.files];
  if (files.length === 0) return addresses.length > 0 ? panel.send({ kind: 'addresses', addresses }) : undefined;
  for (const file of files) {
    if (file.size > largest) panel.say(`${file.name} is larger than ${largest / 1e6} MB: use Add Files… for it.`, 'error');
    else panel.send({ kind: 'content', name: file.name || 'pasted.png', base64: await base64Of(file) });
  }
}

/** Larger ones would hold the page up; the file dialog reads them from the disk. */
const largest = 50_000_000;

function addressesIn(list: string): readonly string[] {
  return list.split(/\r?\n/).map((line) => line.trim()).filter((line) => line.startsWith('file:'));
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve((reader.result as string).replace(/^[^,]*,/, '')));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The file cannot be read.')));
    reader.readAsDataURL(file);
  });
}
