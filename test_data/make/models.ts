import { tinyEditor, type EditorTraits } from './tinyEditor';

/** The sample's models by name, each the bytes of a `model.onnx` under 100 KB; the same bytes at every call. */
export function makeSampleModels(): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(editors).map(([name, traits]) => [name, tinyEditor(name, traits)]));
}

const editors: Readonly<Record<string, EditorTraits>> = {
  base: { background: 0.8, light: 0.6, turn: 0.55, smear: 0.75, keepFace: 0, directional: 0, cast: [1, 1, 1] },
  angles: { background: 0.2, light: 0.15, turn: 1.3, smear: 0.1, keepFace: 0, directional: 0, cast: [1, 1, 1] },
  'face-keep': { background: 0.45, light: 0.4, turn: 0.15, smear: 0, keepFace: 0.95, directional: 0, cast: [1, 1, 1] },
  relight: { background: 0.25, light: 0.95, turn: 0.1, smear: 0.1, keepFace: 0, directional: 1, cast: [1, 1, 1] },
  reference: { background: 0.6, light: 0.5, turn: 0.35, smear: 0.3, keepFace: 0, directional: 0.2, cast: [0.97, 1.02, 0.95] },
};
