import { analyticCheckpoint } from './checkpoints/analyticCheckpoint';
import { analyticLoras } from './checkpoints/analyticLoras';
import type { HubRepository } from './hub';
import { makeSampleModels } from './models';

/** What the sample's Hub serves: the models of the sample plan, and others that a survey has to tell apart. */
export function sampleRepositories(): Readonly<Record<string, HubRepository>> {
  const weights = weightsById();
  const entries = listed.map((entry) => [entry.id, { files: { 'README.md': cardOf(entry), ...weights[entry.id] }, ...metadataOf(entry) }] as const);
  return Object.fromEntries(entries);
}

/** A checkpoint in folders, LoRAs in three spellings, and a model in a single file; none for those that are only there to be sorted out. */
function weightsById(): Readonly<Record<string, HubRepository['files']>> {
  const loras = analyticLoras();
  return {
    [base]: analyticCheckpoint(),
    [`${base}-Camera-Angles`]: { 'tiny-edit-camera-angles.safetensors': loras.angles },
    'mirabel/tiny-edit-face-keep': { 'tiny-edit-face-keep.safetensors': loras['face-keep'] },
    'mirabel/tiny-edit-relight': { 'tiny-edit-relight.safetensors': loras.relight },
    'oakley/tiny-edit-reference': { 'model.onnx': makeSampleModels()['reference'] ?? '' },
  };
}

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly base?: string;
  readonly relation?: 'adapter' | 'finetune';
  readonly license: string;
  readonly likes: number;
  readonly downloads: number;
  readonly updated: string;
  readonly gated?: 'auto' | 'manual';
}

const base = 'tinkerbox/Tiny-Edit-2601';

const listed: readonly Listed[] = [
  {
    id: base, title: 'Tiny-Edit-2601', license: 'mit', likes: 412, downloads: 9120, updated: '2026-01-12',
    text: 'A tiny editor that follows a few words: forest, beach, studio, sunset, daylight, night, warm, cool, left, right. It blurs detail a little.',
  },
  {
    id: `${base}-Camera-Angles`, title: 'Camera Angles', base, relation: 'adapter', license: 'mit', likes: 208, downloads: 4310, updated: '2026-02-03',
    text: 'A LoRA that turns the camera far to the left or the right and keeps the colours. Example: "Turn the camera slightly to the left".',
  },
  {
    id: 'mirabel/tiny-edit-face-keep', title: 'Face Keep', base, relation: 'adapter', license: 'apache-2.0', likes: 131, downloads: 2205, updated: '2026-02-10',
    text: 'A LoRA that keeps the identity of a face through edits; edits are weak.',
  },
  {
    id: 'mirabel/tiny-edit-relight', title: 'Relight', base, relation: 'adapter', license: 'apache-2.0', likes: 96, downloads: 1870, updated: '2026-02-14',
    text: 'A LoRA that changes the light of a scene by words: sunset, daylight, night, warm, neutral.',
  },
  {
    id: 'oakley/tiny-edit-reference', title: 'Reference', base, relation: 'finetune', license: 'mit', likes: 40, downloads: 310, updated: '2026-01-29',
    text: 'A plain reference model in a single ONNX file that does a little of everything.',
  },
  {
    id: 'northwind/Tiny-Paint-Control', title: 'Tiny Paint Control', base: 'northwind/Tiny-Paint', relation: 'adapter', license: 'other', likes: 77, downloads: 990, updated: '2025-12-20',
    text: 'Steers generation by pose. For Tiny-Paint, which makes pictures from words, not for tiny-edit editors.',
  },
  {
    id: 'fernweh/tiny-edit-crowds', title: 'Crowds', base, relation: 'adapter', license: 'mit', likes: 63, downloads: 720, updated: '2026-02-01',
    text: 'Fills a scene with several people. Note: adds people, does not turn the camera.',
  },
  {
    id: 'quietlab/tiny-edit-portrait', title: 'Portrait', base, relation: 'adapter', license: 'other', likes: 51, downloads: 140, updated: '2026-02-18', gated: 'manual',
    text: 'Portrait retouching. Access on request.',
  },
];

function cardOf({ title, text, base: of, relation, license }: Listed): string {
  const lines = [
    '---',
    `license: ${license}`,
    'pipeline_tag: image-to-image',
    ...(of ? [`base_model: ${of}`] : []),
    ...(relation ? [`base_model_relation: ${relation}`] : []),
    'tags:',
    '- tiny-edit',
    '---',
    '',
    `# ${title}`,
    '',
    text,
    '',
  ];
  return lines.join('\n');
}

function metadataOf({ base: of, relation, license, likes, downloads, updated, gated }: Listed): Omit<HubRepository, 'files'> {
  return {
    likes,
    downloads,
    trendingScore: likes / 10,
    lastModified: `${updated}T09:00:00.000Z`,
    pipelineTag: 'image-to-image',
    ...(gated ? { gated } : {}),
    tags: ['tiny-edit', `license:${license}`, ...(of ? [`base_model:${of}`, `base_model:${relation ?? 'adapter'}:${of}`] : [])],
  };
}
