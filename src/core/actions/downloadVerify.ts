import { bytesText } from '../hub/bytesText';
import { discardDamaged, verifySnapshot, type FileProblem, type Verification } from '../hub/verify';
import { done, failed } from '../outcome';
import type { Action } from './action';
import { offerOrphans } from './downloadOrphans';
import { scopeOf } from './downloadTargets';

/** Every file present, its size and hash equal to the Hub's, weights readable. */
export const downloadVerify: Action = {
  name: 'download.verify',
  async run(step, context) {
    const hub = await context.hub();
    if (!hub.ok) return failed(hub.failure);
    const repositories = await scopeOf(step, hub.value, context);
    if (!repositories.ok) return repositories.failure;
    const damaged: Verification[] = [];
    const problems: FileProblem[] = [];
    let files = 0;
    let bytes = 0;
    for (const repository of repositories.value) {
      const verified = await verifySnapshot({ connection: hub.value, repository, signal: context.signal, progress: (report) => context.progress(report) });
      if (!verified.ok) return failed(verified.failure);
      files += verified.value.files;
      bytes += verified.value.bytes;
      if (verified.value.problems.length > 0) damaged.push(verified.value);
      problems.push(...verified.value.problems.map(({ path, what }) => ({ path: `${repository}/${path}`, what })));
    }
    const [first] = problems;
    if (!first) {
      for (const repository of repositories.value) await offerOrphans(hub.value.cacheFolder, context, repository);
      return done(`${files} files, ${bytesText(bytes)}, all as the Hub names them`);
    }
    const remove = await context.ask.confirm({
      title: `${problems.length === 1 ? '1 file is' : `${problems.length} files are`} not as the Hub names ${problems.length === 1 ? 'it' : 'them'}. Remove from the cache?`,
      detail: problems.map(({ path, what }) => `${path} ${what}`).join('\n'),
      agree: 'Remove',
      kind: 'question',
    });
    if (remove === true) for (const verification of damaged) await discardDamaged(hub.value, verification);
    return failed({
      code: 'download-damaged',
      message: `${first.path} ${first.what}${problems.length > 1 ? ` (and ${problems.length - 1} more files)` : ''}.`,
      advice: remove === true ? 'Run the download again: only the removed files are fetched anew.' : 'Run this step again and agree to remove what is damaged, then run the download again.',
      short: problems.length === 1 ? '1 file damaged' : `${problems.length} damaged`,
      detail: problems.map(({ path, what }) => `${path} ${what}`).join('\n'),
    });
  },
};
