import { commitWrittenFiles } from '../repository/commitWrittenFiles';
import { WrittenFiles } from '../repository/writtenFiles';
import type { Action } from './action';

/** Commits what Evalmark wrote since its last commit, once the person has seen the files and the message. */
export const commit: Action = {
  name: 'commit',
  run({ task }, { paths, settings, ask, log, signal }) {
    return commitWrittenFiles({ paths, settings, written: new WrittenFiles(paths.storage), task, ask, log, signal, consent: 'each' });
  },
};
