import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Face } from '../../core/evaluation/face';
import type { NetworkMeasureRequest, NetworkMeasurement, NetworkMeasures } from '../../core/evaluation/networkMeasures';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { loadPicture, type Picture } from '../pictures/loadPicture';
import { ClipText } from './clipText';
import { cosine, directionCosine, personCrop, PictureEncoder, preparedFace, preparedForClip, preparedForDino } from './encoders';
import { FaceDetector } from './faceDetector';
import { shapeDistance, yawOf } from './faceGeometry';
import { PerceptualDistance } from './perceptualDistance';

/** Measures pairs one after the other; networks stay loaded, and what is known of a source is kept for its next output. */
export class MeasureDesk {
  private readonly networks = new Map<string, Promise<Result<unknown>>>();
  private readonly sources = new Map<string, Promise<unknown>>();

  async measure(request: NetworkMeasureRequest, signal: AbortSignal): Promise<Result<NetworkMeasurement>> {
    const { networks } = request;
    const source = await this.ofSource(request, 'picture', () => loadPicture(request.source));
    if (!source.ok) return source;
    const output = await loadPicture(request.output);
    if (!output.ok) return output;
    const pair: Pair = { request, source: source.value, output: output.value, skipped: [] };
    const faces = await this.attempt(pair, networks.detector, (file) => this.faces(pair, file));
    const steps: readonly (() => Promise<NetworkMeasures | undefined>)[] = [
      async () => faces && this.attempt(pair, networks.recognizer, (file) => this.identity(pair, faces, file)),
      async () => faces && this.attempt(pair, networks.person, (file) => this.person(pair, faces, file)),
      () => this.attempt(pair, networks.clipVision, (file) => this.clip(pair, file)),
      () => this.attempt(pair, networks.perceptual, (file) => this.perceptual(pair, file)),
    ];
    const measures: NetworkMeasures[] = faces ? [geometryOf(pair, faces)] : [];
    for (const step of steps) {
      if (signal.aborted) return fail(measuringCancelled);
      measures.push((await step()) ?? {});
    }
    return ok({ measures: Object.assign({}, ...measures) as NetworkMeasures, ...(faces && { faces }), skipped: pair.skipped });
  }

  private async faces({ request, source, output }: Pair, file: string): Promise<Result<Faces>> {
    const detector = await this.network(file, () => FaceDetector.open(file));
    if (!detector.ok) return detector;
    return ok({ source: await this.ofSource(request, `faces ${file}`, () => detector.value.detect(source)), output: await detector.value.detect(output) });
  }

  private async identity({ request, source, output }: Pair, faces: Faces, file: string): Promise<Result<NetworkMeasures>> {
    const [before, after] = [largest(faces.source), largest(faces.output)];
    if (!before || !after) return ok({});
    const recognizer = await this.network(file, () => PictureEncoder.open(file, ['fc1']));
    if (!recognizer.ok) return recognizer;
    const one = await this.ofSource(request, `identity ${file}`, () => recognizer.value.encode(preparedFace(source, before)));
    return ok({ identity: cosine(one, await recognizer.value.encode(preparedFace(output, after))) });
  }

  private async person({ request, source, output }: Pair, faces: Faces, file: string): Promise<Result<NetworkMeasures>> {
    const [before, after] = [largest(faces.source), largest(faces.output)];
    if (!before || !after) return ok({});
    const dino = await this.network(file, () => PictureEncoder.open(file, ['last_hidden_state', 'pooler_output']));
    if (!dino.ok) return dino;
    const one = await this.ofSource(request, `person ${file}`, () => dino.value.encode(preparedForDino(personCrop(source, before))));
    return ok({ person: cosine(one, await dino.value.encode(preparedForDino(personCrop(output, after)))) });
  }

  private async clip({ request, source, output, skipped }: Pair, file: string): Promise<Result<NetworkMeasures>> {
    const vision = await this.network(file, () => PictureEncoder.open(file, ['image_embeds', 'pooler_output']));
    if (!vision.ok) return vision;
    const one = await this.ofSource(request, `clip ${file}`, () => vision.value.encode(preparedForClip(source)));
    const other = await vision.value.encode(preparedForClip(output));
    const clipImage = cosine(one, other);
    const { captions, networks: { clipText, clipTokenizer } } = request;
    if (!captions || clipText === undefined || clipTokenizer === undefined) return ok({ clipImage });
    const words = await this.network(`${clipText}\0${clipTokenizer}`, () => ClipText.open(clipText, clipTokenizer));
    if (!words.ok) {
      skipped.push(words.failure.message);
      return ok({ clipImage });
    }
    const [before, after] = [await words.value.encode(captions[0]), await words.value.encode(captions[1])];
    if (before.length !== one.length) {
      skipped.push(`${path.basename(clipText)} is of another CLIP than ${path.basename(file)}.`);
      return ok({ clipImage });
    }
    return ok({ clipImage, clipDirection: directionCosine(one, other, before, after) });
  }

  private async perceptual({ request, source, output }: Pair, file: string): Promise<Result<NetworkMeasures>> {
    const distance = await this.network(file, () => PerceptualDistance.open(file));
    if (!distance.ok) return distance;
    const perceptual = await distance.value.between(source, output, request.kept);
    return ok(perceptual === undefined ? {} : { perceptual });
  }

  /** A network that is not there or cannot do it costs only its own measures. */
  private async attempt<Value>({ skipped }: Pair, file: string | undefined, measure: (file: string) => Promise<Result<Value>>): Promise<Value | undefined> {
    if (file === undefined) return undefined;
    try {
      const measured = await measure(file);
      if (measured.ok) return measured.value;
      skipped.push(`${measured.failure.message} ${measured.failure.advice}`);
    } catch (error) {
      skipped.push(`${path.basename(file)} failed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
    return undefined;
  }

  private async network<Opened>(key: string, open: () => Promise<Result<Opened>>): Promise<Result<Opened>> {
    const opening = (this.networks.get(key) as Promise<Result<Opened>> | undefined) ?? open();
    this.networks.set(key, opening);
    const opened = await opening;
    // A file that was refused may be replaced by a whole one.
    if (!opened.ok) this.networks.delete(key);
    return opened;
  }

  /** Outputs of one source come one after the other. */
  private async ofSource<Value>({ source }: NetworkMeasureRequest, what: string, compute: () => Promise<Value>): Promise<Value> {
    const found = await stat(source).catch(() => undefined);
    const key = `${source} ${found?.size} ${found?.mtimeMs} ${what}`;
    const known = (this.sources.get(key) as Promise<Value> | undefined) ?? compute();
    this.sources.delete(key);
    this.sources.set(key, known);
    known.catch(() => this.sources.delete(key));
    for (const oldest of this.sources.keys()) {
      if (this.sources.size <= mostKept) break;
      this.sources.delete(oldest);
    }
    return known;
  }
}

/** A picture has up to 64 megapixels, and five things are known of it. */
const mostKept = 10;

interface Pair {
  readonly request: NetworkMeasureRequest;
  readonly source: Picture;
  readonly output: Picture;
  readonly skipped: string[];
}

type Faces = NonNullable<NetworkMeasurement['faces']>;

/** Whom the picture is of: passers-by are smaller. */
function largest(faces: readonly Face[]): Face | undefined {
  return faces.toSorted((left, right) => right.box.width * right.box.height - left.box.width * left.box.height)[0];
}

function geometryOf({ source, output }: Pair, faces: Faces): NetworkMeasures {
  const [before, after] = [largest(faces.source), largest(faces.output)];
  if (!after) return {};
  return { yaw: yawOf(after, output), ...(before && { faceShape: shapeDistance(before, source, after, output) }) };
}

const measuringCancelled: Failure = { code: 'cancelled', message: 'Measuring was cancelled.', advice: 'It goes on when it is wanted again.', short: 'cancelled' };
