import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { expand, notification, pictureFailures, pressInline, treeRow } from './page';
import { workspaceWith, type Workspace } from './workspaces';

const text = '# Foreign\n\n## 1. Setup\n\n### Task 1.1: Trap\n\n- [ ] Write <!-- evalmark: shell command="touch ran.txt" -->\n';

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await workspaceWith(text);
  editor = await Editor.open({ workspace: workspace.folder, workspaceTrust: true, settings: { 'security.workspace.trust.startupPrompt': 'never' } });
  await editor.showEvalmark();
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('shows the plan of an untrusted folder, and refuses to run it', async () => {
  await treeRow(editor, 'Phase 1').or(treeRow(editor, '1. Setup')).or(treeRow(editor, 'Setup')).first().waitFor();
  await expand(treeRow(editor, '1.1 Trap'));
  await pressInline(treeRow(editor, 'Write'), 'Run Step');
  await notification(editor, 'Nothing runs in a folder that you have not trusted').waitFor();
  if (takesScreenshots) await editor.screenshot('untrusted-dark');
  expect(await workspace.read()).toBe(text);
  expect(existsSync(path.join(workspace.folder, 'ran.txt'))).toBe(false);
});
