/** The sidecar JSON beside each output picture: everything needed to judge and to repeat it. */
export interface Generation {
  readonly version: 1;
  /** Model id, picture name without ending, edit id and seed, joined: `base/test_01--forest--7`. */
  readonly id: string;
  readonly modelId: string;
  readonly picture: { readonly file: string; readonly sha256: string; readonly width: number; readonly height: number };
  readonly edit: { readonly id: string; readonly kind: string; readonly prompt: string; readonly negativePrompt?: string };
  readonly model: {
    readonly base: string;
    readonly revision?: string;
    readonly file?: string;
    readonly fileSha256?: string;
    readonly loras: readonly { readonly repository: string; readonly revision?: string; readonly scale: number }[];
  };
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  readonly device: string;
  readonly precision: string;
  readonly output: { readonly file: string; readonly sha256: string; readonly width: number; readonly height: number };
  readonly seconds: { readonly load: number; readonly edit: number };
  readonly memory: MemoryUse;
  readonly warnings: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

export interface MemoryUse {
  /** VRAM of the device, or the child's resident memory where inference ran on the CPU. */
  readonly kind: 'vram' | 'ram';
  readonly peakBytes: number;
  readonly averageBytes: number;
}
