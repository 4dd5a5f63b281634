import type { ActionName } from './action';

export interface ActionInfo {
  /** For menus and hovers, sentence case. */
  readonly title: string;
  /** Codicon id. */
  readonly icon: string;
  /** What the tree writes beside a step that has not run: "shell", "check". */
  readonly label: string;
}

/** Names and icons without the code behind them, so that a tree can be drawn before any action is loaded. */
export function actionInfo(name: ActionName): ActionInfo {
  return infos[name];
}

const infos: Readonly<Record<ActionName, ActionInfo>> = {
  shell: { title: 'Run shell commands', icon: 'terminal', label: 'shell' },
  check: { title: 'Check the environment', icon: 'verified', label: 'check' },
  directories: { title: 'Create directories', icon: 'new-folder', label: 'folders' },
  'directories.ignore': { title: 'Keep large files out of git', icon: 'exclude', label: 'gitignore' },
  survey: { title: 'Survey the Hub', icon: 'search', label: 'survey' },
  'survey.filter': { title: 'Filter candidates', icon: 'filter', label: 'filter' },
  'survey.review': { title: 'Review candidates', icon: 'list-selection', label: 'survey' },
  'survey.document': { title: 'Write down candidates', icon: 'list-unordered', label: 'document' },
  card: { title: 'Review a model card', icon: 'book', label: 'card' },
  relevance: { title: 'Score relevance', icon: 'star-half', label: 'scores' },
  select: { title: 'Select candidates', icon: 'checklist', label: 'select' },
  login: { title: 'Log in to the Hub', icon: 'key', label: 'login' },
  download: { title: 'Download a model', icon: 'cloud-download', label: 'download' },
  'download.verify': { title: 'Verify downloads', icon: 'verified', label: 'check' },
  'download.note': { title: 'Note where downloads lie', icon: 'note', label: 'note' },
  'pictures.select': { title: 'Choose source pictures', icon: 'file-media', label: 'pictures' },
  'pictures.check': { title: 'Check source pictures', icon: 'verified', label: 'check' },
  'pictures.import': { title: 'Import source pictures', icon: 'desktop-download', label: 'import' },
  'pictures.document': { title: 'Describe source pictures', icon: 'note', label: 'note' },
  script: { title: 'Write a test script', icon: 'file-code', label: 'script' },
  infer: { title: 'Edit pictures with models', icon: 'wand', label: 'inference' },
  'infer.verify': { title: 'Verify outputs', icon: 'verified', label: 'check' },
  'infer.vram': { title: 'Check memory use', icon: 'dashboard', label: 'memory' },
  'infer.notes': { title: 'Note errors and warnings', icon: 'note', label: 'note' },
  review: { title: 'Compare and score outputs', icon: 'eye', label: 'review' },
  'review.examples': { title: 'Pick best and worst', icon: 'star-full', label: 'examples' },
  analyze: { title: 'Analyse ratings and runs', icon: 'graph', label: 'analysis' },
  document: { title: 'Write a document', icon: 'markdown', label: 'document' },
  options: { title: 'Weigh an option', icon: 'law', label: 'option' },
  decide: { title: 'Decide', icon: 'milestone', label: 'decision' },
  commit: { title: 'Commit', icon: 'git-commit', label: 'commit' },
  push: { title: 'Push', icon: 'repo-push', label: 'push' },
  manual: { title: 'Done by a person', icon: 'account', label: 'by hand' },
};
