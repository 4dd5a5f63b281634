import type { Action, ActionName } from './action';

/** Loads the code of an action when it first runs, so that opening a plan costs none of it. */
export function loadAction(name: ActionName): Promise<Action> {
  return loaders[name]();
}

const loaders: Readonly<Record<ActionName, () => Promise<Action>>> = {
  shell: async () => (await import('./shell')).shell,
  check: async () => (await import('./check')).check,
  directories: async () => (await import('./directories')).directories,
  'directories.ignore': async () => (await import('./directoriesIgnore')).directoriesIgnore,
  survey: async () => (await import('./survey')).survey,
  'survey.filter': async () => (await import('./surveyFilter')).surveyFilter,
  'survey.review': async () => (await import('./surveyReview')).surveyReview,
  'survey.document': async () => (await import('./surveyDocument')).surveyDocument,
  card: async () => (await import('./card')).card,
  relevance: async () => (await import('./relevance')).relevance,
  select: async () => (await import('./select')).select,
  login: async () => (await import('./login')).login,
  download: async () => (await import('./download')).download,
  'download.verify': async () => (await import('./downloadVerify')).downloadVerify,
  'download.note': async () => (await import('./downloadNote')).downloadNote,
  'pictures.select': async () => (await import('./picturesSelect')).picturesSelect,
  'pictures.check': async () => (await import('./picturesCheck')).picturesCheck,
  'pictures.import': async () => (await import('./picturesImport')).picturesImport,
  'pictures.document': async () => (await import('./picturesDocument')).picturesDocument,
  script: async () => (await import('./script')).script,
  infer: async () => (await import('./infer')).infer,
  'infer.verify': async () => (await import('./inferVerify')).inferVerify,
  'infer.vram': async () => (await import('./inferVram')).inferVram,
  'infer.notes': async () => (await import('./inferNotes')).inferNotes,
  review: async () => (await import('./review')).review,
  'review.examples': async () => (await import('./reviewExamples')).reviewExamples,
  analyze: async () => (await import('./analyze')).analyze,
  document: async () => (await import('./document')).document,
  options: async () => (await import('./options')).options,
  decide: async () => (await import('./decide')).decide,
  commit: async () => (await import('./commit')).commit,
  push: async () => (await import('./push')).push,
  manual: async () => (await import('./manual')).manual,
};
