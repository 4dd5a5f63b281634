import type { Result } from '../outcome';
import type { Face } from './face';

/** Networks that measure, as ONNX files on this disk; what is left out is not measured. All paths are absolute. */
export interface MeasureNetworks {
  /** YuNet: where faces are. Identity and person need it. */
  readonly detector?: string;
  /** SFace: who it is. */
  readonly recognizer?: string;
  /** DINOv2 without a head. */
  readonly person?: string;
  readonly clipVision?: string;
  readonly clipText?: string;
  /** `tokenizer.json`, or `vocab.json` with its `merges.txt` beside it. */
  readonly clipTokenizer?: string;
  /** LPIPS with two pictures in and one distance out. */
  readonly perceptual?: string;
}

/** Blocks of a picture that an edit left alone. */
export interface KeptBlocks {
  readonly columns: number;
  readonly rows: number;
  /** Row by row, four blocks in a hexadecimal digit, the first in its highest bit: 1 where it was left alone, 0 where it was edited. */
  readonly kept: string;
}

/** @param index of the block, row by row */
export function isKept({ kept }: KeptBlocks, index: number): boolean {
  return ((Number.parseInt(kept[index >> 2] ?? '0', 16) >> (3 - (index & 3))) & 1) === 1;
}

/** An output beside its source. */
export interface NetworkMeasureRequest {
  readonly networks: MeasureNetworks;
  /** Absolute. */
  readonly source: string;
  readonly output: string;
  /** What the source shows and what the output should show, for the direction of CLIP. */
  readonly captions?: readonly [string, string];
  /** Where LPIPS is measured; the whole picture when left out. */
  readonly kept?: KeptBlocks;
}

/** What networks say of an output beside its source. Flags and hints, never part of a rank. */
export interface NetworkMeasures {
  /** Cosine of the faces' embeddings, -1 to 1; SFace's own threshold for the same person is 0.363. Only within one edit. */
  readonly identity?: number;
  /** How far the head is turned, in degrees from the front, to the picture's right when positive; a rough reading of the landmarks. */
  readonly yaw?: number;
  /** Distance of the landmarks after the best similarity transform, in shares of the distance between the eyes. */
  readonly faceShape?: number;
  /** Cosine of DINO's class tokens on the person, the face greyed out. */
  readonly person?: number;
  /** Cosine of CLIP's embeddings of both pictures. */
  readonly clipImage?: number;
  /** Cosine of the way that the picture went and the way from one caption to the other. */
  readonly clipDirection?: number;
  /** LPIPS on what the edit left alone, over its share of the picture; 0 is the same. */
  readonly perceptual?: number;
}

export interface NetworkMeasurement {
  readonly measures: NetworkMeasures;
  /** Best first; absent without a detector. */
  readonly faces?: { readonly source: readonly Face[]; readonly output: readonly Face[] };
  /** What could not be measured although its network is there, and why. */
  readonly skipped: readonly string[];
}

/** Measures by networks. Implemented by `engine/client.ts` over a child process. */
export interface NetworkMeasuring {
  measure(request: NetworkMeasureRequest, signal: AbortSignal): Promise<Result<NetworkMeasurement>>;
}
