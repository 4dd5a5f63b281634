import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { pictureFailures, shownText } from './page';
import { workspaceWith, type Workspace } from './workspaces';

const text = `# Text - Tasks

### Phase 1: Words

#### Task 1.1: Write
**Estimated**: 10 minutes

- [ ] Write one <!-- evalmark: shell command="echo 1 > one.txt" -->
- [ ] Break <!-- evalmark: shell command="test -f allowed.txt" -->
- [?] Strange mark

Mark tasks as:
- [ ] Not started
- [→] In progress
- [✓] Complete
- [✗] Blocked/Failed
`;

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await workspaceWith(text);
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.status.update': false } });
  await editor.openFile('tasks.md');
  await lens('Run task · 0 of 3 · 10 min left').waitFor({ timeout: 60_000 });
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('says on hover what a step runs and why', async () => {
  await line('Write one').hover({ position: { x: 60, y: 8 } });
  const hover = editor.page.locator('.monaco-hover').filter({ hasText: 'shell' }).first();
  await hover.waitFor();
  const words = (await hover.innerText()).replaceAll('\u00a0', ' ');
  expect(words).toContain('command=echo 1 > one.txt');
  expect(words).toContain('Linked by hand');
  expect(words).toContain('Change Linked Action…');
  if (takesScreenshots) await editor.screenshot('hover-dark');
  await editor.page.keyboard.press('Escape');
});

it('marks a box whose mark nobody explained, and offers to set it right', async () => {
  await expect.poll(problems).toBe(1);
  await line('Strange mark').click();
  await editor.page.keyboard.press('Home');
  await editor.page.keyboard.press('Control+.');
  await action('Mark as to do').click();
  await expect.poll(() => workspace.read()).toContain('- [ ] Strange mark');
  await expect.poll(problems).toBe(0);
});

it('runs a task from the line above it', async () => {
  await lens('Run task').click();
  await expect.poll(() => workspace.read()).toContain('- [✓] Write one');
  await expect.poll(() => workspace.read()).toContain('- [✗] Break');
  expect(existsSync(path.join(workspace.folder, 'one.txt'))).toBe(true);
  await lens('Run task again').waitFor();
});

it('runs a failed step again from its quick fix', async () => {
  await editor.page.keyboard.press('Escape');
  await line('Break').click();
  await editor.page.keyboard.press('Home');
  await editor.page.keyboard.press('Control+.');
  await action('Mark as to do').waitFor();
  await action('Run the step again').click();
  await expect.poll(() => workspace.read()).toContain('- [✗] Break');
  await expect.poll(() => editor.log()).toMatch(/(Break[\s\S]*){2}/);
});

it('changes what a step is linked to, in the plan itself', async () => {
  // While it runs the line above the step changes, and a press can land on its neighbour.
  await expect.poll(async () => {
    await line('Break').click();
    return lens('Run again').isVisible();
  }, { timeout: 20_000, interval: 1_000 }).toBe(true);
  await editor.runCommand('Evalmark: Change Linked Action…');
  await editor.page.locator('.quick-input-widget input').first().fill('manual');
  await editor.page.keyboard.press('Enter');
  await editor.page.locator('.quick-input-title').filter({ hasText: 'arguments' }).waitFor();
  await editor.page.keyboard.press('Enter');
  await expect.poll(() => workspace.read()).toMatch(/- \[✗\] Break <!-- evalmark: manual -->/);
  await expect.poll(() => shownText(editor)).toContain('<!-- evalmark: manual -->');
});

it('completes the comment that links a step: action, argument and value', async () => {
  await line('Write one').click();
  await editor.page.keyboard.press('End');
  await editor.page.keyboard.press('Enter');
  await editor.page.keyboard.type('- [ ] Check it ');
  const { page } = editor;
  const suggestion = (label: string) => page.locator('.suggest-widget .monaco-list-row').filter({ hasText: label }).first();
  await page.keyboard.press('Control+Space');
  await suggestion('<!-- evalmark: … -->').waitFor();
  await page.keyboard.press('Tab');
  await suggestion('directories').waitFor();
  await page.keyboard.type('check');
  await suggestion('check').waitFor();
  if (takesScreenshots) await editor.screenshot('completion-dark');
  await page.keyboard.press('Tab');
  await suggestion('expected').waitFor();
  await page.keyboard.type('ki');
  await suggestion('kind').waitFor();
  await page.keyboard.press('Tab');
  await suggestion('packages').waitFor();
  await page.keyboard.type('ver');
  await page.keyboard.press('Tab');
  await expect.poll(() => shownText(editor)).toMatch(/- \[ \] Check it <!-- evalmark: check kind=version\s*-->/);
});

it('underlines what a comment says wrong, and puts it right', async () => {
  await editor.page.keyboard.press('Escape');
  await line('Check it').click();
  await editor.page.keyboard.press('End');
  await editor.page.keyboard.press('Enter');
  await editor.page.keyboard.type('- [ ] Fetch it <!-- evalmark: downlaod repository=owner/name -->');
  await editor.page.keyboard.press('Escape');
  const before = await problems();
  await expect.poll(problems).toBeGreaterThan(before - 1);
  await editor.page.locator('.squiggly-error').first().waitFor();
  await line('Fetch it').click();
  await expect.poll(async () => {
    await editor.page.keyboard.press('Escape');
    await editor.page.keyboard.press('Control+.');
    return action('Use the action “download”').isVisible();
  }, { timeout: 15_000 }).toBe(true);
  await action('Use the action “download”').click();
  await expect.poll(() => shownText(editor)).toContain('<!-- evalmark: download repository=owner/name -->');
});

it('says of a ticked step that what it promises is not there', async () => {
  await line('Fetch it').click();
  await editor.page.keyboard.press('End');
  await editor.page.keyboard.press('Enter');
  await editor.page.keyboard.type('- [x] Make the folder <!-- evalmark: directories path=nowhere -->');
  await editor.page.keyboard.press('Escape');
  await editor.runCommand('Problems: Focus on Problems View');
  await editor.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'The folder nowhere is not there.' }).first().waitFor({ timeout: 15_000 });
  if (takesScreenshots) await editor.screenshot('problems-dark');
});

function lens(title: string) {
  return editor.page.locator('.codelens-decoration').getByText(title.replaceAll(' ', ' ')).first();
}

function line(words: string) {
  return editor.page.locator('.editor-instance .view-line').filter({ hasText: words.replaceAll(' ', '\u00a0') }).first();
}

function action(title: string) {
  return editor.page.locator('.action-widget .monaco-list-row').filter({ hasText: title }).first();
}

async function problems(): Promise<number> {
  const label = (await editor.page.locator('[id="status.problems"] a').first().getAttribute('aria-label')) ?? '';
  return [...label.matchAll(/\d+/g)].reduce((sum, [count]) => sum + Number(count), 0);
}
