export function stage(folder: string, target: string, bundles: string, inputs: readonly string[]): Promise<void>;
