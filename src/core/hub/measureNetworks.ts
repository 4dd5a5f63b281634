import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger, Progress } from '../actions/action';
import type { Evaluation } from '../evaluation/evaluation';
import type { MeasureNetworks } from '../evaluation/networkMeasures';
import { insideWorkspace } from '../evaluation/workspacePath';
import { fail, ok, type Failure, type Result } from '../outcome';
import { bytesText } from './bytesText';
import { findSnapshot } from './cache';
import type { HubConnection } from './connection';
import { downloadSnapshot } from './download';

/** A network that measures, as it is offered for download. Nothing is shipped, nothing is fetched unasked. */
export interface OfferedNetwork {
  readonly role: keyof MeasureNetworks;
  /** "Faces (YuNet)" */
  readonly name: string;
  readonly repository: string;
  /** The commit that was looked at; the newest when left out. */
  readonly revision?: string;
  readonly file: string;
  readonly bytes: number;
  readonly licence: string;
  /** Known where it was published elsewhere too; else the Hub's own hash has to do. */
  readonly sha256?: string;
}

const clip = { repository: 'Xenova/clip-vit-base-patch32', licence: 'MIT (OpenAI CLIP)' } as const;

/** Licences that allow any use; insightface's networks are for research only, so that they are not offered. */
const offeredNetworks: readonly OfferedNetwork[] = [
  {
    role: 'detector', name: 'Faces (YuNet)', repository: 'opencv/face_detection_yunet', file: 'face_detection_yunet_2023mar.onnx', bytes: 232_589, licence: 'MIT',
    sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
  },
  {
    role: 'recognizer', name: 'Identity (SFace)', repository: 'opencv/face_recognition_sface', revision: '3d7082438a6e4551e840c9b2bb60b71e8da4b524', file: 'face_recognition_sface_2021dec.onnx', bytes: 38_696_353,
    licence: 'Apache-2.0', sha256: '0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79',
  },
  { role: 'person', name: 'Person (DINOv2)', repository: 'onnx-community/dinov2-small', file: 'onnx/model.onnx', bytes: 88_500_000, licence: 'Apache-2.0' },
  { role: 'clipVision', name: 'Pictures (CLIP)', ...clip, file: 'onnx/vision_model.onnx', bytes: 352_000_000 },
  { role: 'clipText', name: 'Captions (CLIP)', ...clip, file: 'onnx/text_model.onnx', bytes: 254_000_000 },
  { role: 'clipTokenizer', name: 'Words (CLIP)', ...clip, file: 'tokenizer.json', bytes: 2_220_000 },
];

/** Names in a folder of one's own. */
const ownNames: readonly (readonly [keyof MeasureNetworks, RegExp])[] = [
  ['detector', /yunet.*\.onnx$/i], ['recognizer', /sface.*\.onnx$/i], ['person', /dino.*\.onnx$/i], ['clipVision', /(clip.*vision|vision_model).*\.onnx$/i], ['clipText', /(clip.*text|text_model).*\.onnx$/i],
  ['clipTokenizer', /^(tokenizer|vocab)\.json$/], ['perceptual', /lpips.*\.onnx$/i],
];

/** What lies on this disk for an evaluation; a folder outside the workspace is refused. */
export async function networksOf({ measurements }: Pick<Evaluation, 'measurements'>, workspace: string, cacheFolder: string): Promise<Result<MeasureNetworks>> {
  const folder = measurements?.folder === undefined ? undefined : await insideWorkspace(workspace, measurements.folder);
  return folder && !folder.ok ? folder : ok(await findMeasureNetworks(cacheFolder, folder?.value));
}

/** What lies on this disk: in the folder that the evaluation names, else in the Hub's cache. */
async function findMeasureNetworks(cacheFolder: string, folder?: string): Promise<MeasureNetworks> {
  const names = folder === undefined ? [] : (await readdir(folder).catch(() => [])).sort();
  const own = ownNames.flatMap(([role, pattern]) => {
    const name = names.find((each) => pattern.test(each));
    return name === undefined || folder === undefined ? [] : [[role, path.join(folder, name)] as const];
  });
  const cached = await Promise.all(offeredNetworks.map(async ({ role, repository, file, revision }) => {
    const snapshot = (revision === undefined ? undefined : await findSnapshot(cacheFolder, repository, revision)) ?? (await findSnapshot(cacheFolder, repository));
    return snapshot?.files.includes(file) ? [[role, path.join(snapshot.folder, ...file.split('/'))] as const] : [];
  }));
  return Object.fromEntries([...cached.flat(), ...own]);
}

/** What is not measured, and what to do about it. */
export interface NetworkGaps {
  readonly offered: readonly OfferedNetwork[];
  /** Those that cannot be had by a download, each as a sentence. */
  readonly others: readonly string[];
}

export function networkGaps(found: MeasureNetworks, { edits }: Pick<Evaluation, 'edits'>): NetworkGaps {
  const needsCaptions = found.clipVision !== undefined && found.clipText !== undefined && edits.every(({ captions }) => captions === undefined);
  return {
    offered: offeredNetworks.filter(({ role }) => found[role] === undefined),
    others: [
      ...(found.perceptual === undefined ? ['LPIPS: nobody publishes it as ONNX; export it as the README says, into the folder that evaluation.json names under "measurements".'] : []),
      ...(needsCaptions ? ['Direction of the edit (CLIP): give the edits in evaluation.json two "captions", what a source shows and what the output should show.'] : []),
    ],
  };
}

/** "Identity (SFace): 38.7 MB, Apache-2.0, opencv/face_recognition_sface" */
export function offerText({ name, bytes, licence, repository }: OfferedNetwork): string {
  return `${name}: ${bytesText(bytes)}, ${licence}, ${repository}`;
}

export interface FetchingNetworks {
  readonly signal: AbortSignal;
  readonly log: Logger;
  progress(report: Progress): void;
}

/** Fetches them into the Hub's cache, one after the other. One whose content is another than the published one is refused. */
export async function downloadMeasureNetworks(connection: HubConnection, wanted: readonly OfferedNetwork[], { signal, log, progress }: FetchingNetworks): Promise<Result<void>> {
  for (const { name, repository, revision, file, sha256 } of wanted) {
    const fetched = await downloadSnapshot({ connection, repository, revision, include: [file], signal, log, progress: (report) => progress({ ...report, message: `${name}: ${report.message ?? ''}` }) });
    if (!fetched.ok) return fetched;
    const place = path.join(fetched.value.snapshot.folder, ...file.split('/'));
    if (sha256 !== undefined && (await hashOf(place)) !== sha256) return fail(anotherFile(name, repository));
  }
  return ok(undefined);
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function anotherFile(name: string, repository: string): Failure {
  return {
    code: 'network-changed',
    message: `${name} of ${repository} is not the file that was published.`,
    advice: 'Do not use it; if OpenCV has published a newer one, put it into the folder that evaluation.json names under "measurements".',
    short: 'other file',
  };
}
