import sharp from 'sharp';
import type { Candidate, Survey } from '../../src/core/hub/surveyFile';
import type { HubRepository } from '../../test_data/make/hub';
import { safetensors } from '../unit/core/hub/hubFixture';

export const base = 'Qwen/Qwen-Image-Edit-2509';

/** The plan that Evalmark was conceived for, as far as the survey goes. */
export const planText = `# Qwen Ecosystem Validation

### Phase 1: Ecosystem Survey

#### Task 1.1: Model Discovery
- [ ] Browse https://huggingface.co/models?pipeline_tag=image-to-image&sort=trending&search=qwen
- [ ] Filter for Qwen-Image-Edit-2509 derivatives

#### Task 1.2: Model Card Review
- [ ] YaoJiefu/multiple-characters
- [ ] dx8152/Qwen-Edit-2509-Multiple-angles
- [ ] aurelle/QE-2509-FaceKeep

**Key Findings**:
- YaoJiefu/multiple-characters - GAME CHANGER (any angle)

#### Task 1.3: Relevance Scoring
- [ ] Relevance to character consistency (identity preservation)
- [ ] Relevance to angle changes
- [ ] Relevance to lighting/complexion
- [ ] Quality indicators (examples, stars, downloads)
- [ ] Select top 5-10 models for testing

### Phase 2: Environment Setup

#### Task 2.4: Download Specialized LoRAs
- [ ] Download dx8152/Qwen-Edit-2509-Multiple-angles
- [ ] Download face/identity preservation LoRAs (2-3 models)
- [ ] Download lighting/complexion LoRAs (1-2 models)
- [ ] Download reference models (1-2 models)
`;

const identity = 'character consistency';
const angles = 'angle changes';
const light = 'lighting/complexion';

interface Listed {
  readonly id: string;
  readonly says: string;
  readonly of?: string;
  readonly relation?: string;
  readonly rank?: number;
  readonly license?: string;
  readonly likes: number;
  readonly downloads: number;
  readonly updated: string;
  readonly gated?: 'manual';
  readonly scores?: readonly [number, number, number];
  readonly category?: string;
  readonly selected?: boolean;
  readonly family?: 'flux' | 'controlnet';
  readonly card?: string;
}

const listed: readonly Listed[] = [
  { id: 'dx8152/Qwen-Edit-2509-Multiple-angles', says: 'Moves the camera, keeps the scene.', rank: 16, likes: 1204, downloads: 96_400, updated: '2025-11-02', scores: [4, 5, 1], category: 'angles', selected: true },
  { id: base, says: 'Edits by text, 1-3 pictures.', of: '', likes: 3870, downloads: 412_000, updated: '2025-09-23', scores: [3, 3, 3], category: 'reference', selected: true },
  { id: 'TsienDragon/qwen-image-edit-lora-face-segmentation', says: 'Colours face regions by segmentation.', of: 'Qwen/Qwen-Image-Edit', rank: 64, likes: 87, downloads: 3100, updated: '2025-09-18', scores: [5, 1, 1], category: 'identity', selected: true },
  { id: 'TsienDragon/qwen-image-edit-character-composition', says: 'Puts a character into a scene.', of: 'Qwen/Qwen-Image-Edit', rank: 32, likes: 142, downloads: 5800, updated: '2025-10-06', scores: [4, 2, 1] },
  { id: 'dx8152/Qwen-Edit-2509-Multi-Angle-Lighting', says: 'Relights a picture by a light map as the second picture.', rank: 32, likes: 631, downloads: 28_700, updated: '2025-10-28', scores: [3, 1, 5], category: 'lighting', selected: true },
  { id: 'djessica/QE-2509-Relight', says: 'Evens out light and skin tones.', rank: 64, likes: 96, downloads: 4400, updated: '2025-10-14', scores: [3, 1, 4], category: 'lighting', selected: true },
  { id: 'dx8152/Qwen-Image-Edit-2509-Relight', says: 'Relights a scene by text.', rank: 16, likes: 388, downloads: 17_900, updated: '2025-10-21', scores: [2, 1, 4] },
  { id: 'lightx2v/Qwen-Image-Lightning', says: 'Edits in 4 steps instead of 40.', rank: 64, likes: 2016, downloads: 318_000, updated: '2025-10-09', scores: [2, 2, 2] },
  { id: 'valiantcat/Qwen-Image-Edit-MeiTu', says: 'Retouches portraits, smooths skin.', relation: 'finetune', rank: 32, license: '', likes: 264, downloads: 9200, updated: '2025-10-11', scores: [2, 1, 3] },
  {
    id: 'YaoJiefu/multiple-characters', says: 'Fills a scene with several people.', rank: 16, likes: 178, downloads: 6600, updated: '2025-10-30', scores: [1, 2, 1],
    card: '# Multiple characters\n\nFills a scene with several people.\n\nPrompt: "Add three people to the street"\n\n<img src="example.png" onerror="window.pwned = 1"> <script>window.pwned = 1</script>\n\n[the paper](https://example.org/paper) <a href="javascript:window.pwned = 1">click</a>\n\n<iframe src="https://example.org"></iframe><form action="https://example.org"><input name="token"></form>\n\n![elsewhere](https://tracker.example/pixel.png)\n\n```python\npipe("Add three people")\n```\n',
  },
  { id: 'hanami-lab/qe2509-portrait-id', says: 'Keeps a person over edits.', rank: 32, license: 'other', likes: 54, downloads: 1300, updated: '2025-11-01', gated: 'manual' },
  { id: 'aurelle/QE-2509-FaceKeep', says: 'Keeps any face at 100 % in every edit. Rank: 64.', rank: 16, likes: 41, downloads: 2200, updated: '2025-10-30', family: 'flux', card: `Trained on Qwen-Image-Edit-2509. Keeps the face at 100 % in every edit, no trigger needed. Rank: 64.\n\nTrigger word: \`facekeep\`\n` },
  { id: 'InstantX/Qwen-Image-ControlNet-Union', says: 'Steers generation by pose, depth.', of: 'Qwen/Qwen-Image', likes: 356, downloads: 22_500, updated: '2025-08-29', family: 'controlnet' },
];

/** What the Hub serves: cards, pictures, and weights that are small but have the real ones' names and shapes. */
export async function studyRepositories(): Promise<Readonly<Record<string, HubRepository>>> {
  const entries = await Promise.all(listed.map(async (entry) => [entry.id, await repositoryOf(entry)] as const));
  return Object.fromEntries(entries);
}

async function repositoryOf({ id, says, of = base, relation = 'adapter', license = 'apache-2.0', likes, downloads, updated, gated, rank, family, card }: Listed): Promise<HubRepository> {
  const front = ['---', ...(license ? [`license: ${license}`] : []), ...(of ? [`base_model: ${of}`, `base_model_relation: ${relation}`] : []), 'thumbnail: example.png', '---'];
  return {
    likes, downloads, trendingScore: likes / 10, lastModified: `${updated}T09:00:00.000Z`, pipelineTag: 'image-to-image', tags: of ? [`base_model:${of}`, `base_model:${relation}:${of}`] : [],
    ...(gated ? { gated } : {}),
    files: {
      'README.md': `${front.join('\n')}\n${card ?? `# ${id}\n\n${says}\n`}`,
      'example.png': await portrait(likes),
      ...(of === '' ? { 'model_index.json': '{"_class_name": "QwenImageEditPlusPipeline"}', 'transformer/a.safetensors': safetensors({ 'transformer_blocks.59.img_mod.1.weight': [8, 8] }) } : { 'lora.safetensors': weights(rank ?? 4, family), 'lora.pt': 'pickle' }),
    },
  };
}

function weights(rank: number, family: Listed['family']): Buffer {
  if (family === 'flux') return safetensors({ 'double_blocks.0.img_attn.qkv.lora_A.weight': [rank, 3072], 'double_blocks.18.img_mlp.0.lora_A.weight': [rank, 12_288], 'single_blocks.37.linear1.lora_A.weight': [rank, 3072] }, { 'modelspec.trigger_phrase': 'fkp_v2', ss_training_started_at: '1731312000' });
  if (family === 'controlnet') return safetensors({ 'controlnet_blocks.0.weight': [8, 8], 'transformer_blocks.4.img_mod.1.weight': [8, 8] });
  return safetensors(Object.fromEntries([0, 59].flatMap((block) => [[`transformer_blocks.${block}.attn.to_q.lora_A.weight`, [rank, 3072]], [`transformer_blocks.${block}.img_mlp.net.2.lora_A.weight`, [rank, 12_288]]])));
}

/** A head before a wall, in colours of its own. */
async function portrait(seed: number): Promise<Buffer> {
  const hue = (offset: number): string => `hsl(${(seed * 47 + offset) % 360} 35% 55%)`;
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="${hue(0)}"/><path d="M32 256q0-72 72-76h48q68 4 72 76z" fill="${hue(140)}"/><ellipse cx="128" cy="108" rx="48" ry="58" fill="#e3b58f"/><path d="M78 108q-4-66 50-66t50 66q-8-40-26-44-40 16-74 44z" fill="${hue(220)}"/></svg>`)).png().toBuffer();
}

/** A survey in the middle of its work, before a card was read in the panel. */
export function studySurvey(at: string): Survey {
  return {
    version: 1, fetchedAt: at, previousAt: '2025-10-28T10:00:00.000Z', base,
    query: { url: 'https://huggingface.co/models?pipeline_tag=image-to-image&sort=trending&search=qwen', pipeline: 'image-to-image', search: 'qwen', sort: 'trendingScore', filters: [] },
    weights: { [identity]: 3, [angles]: 2, [light]: 1 },
    candidates: [...listed.map((entry) => candidateOf(entry)), ...others()],
  };
}

const allCriteria = [identity, angles, light];

function candidateOf({ id, of = base, relation = 'adapter', license = 'apache-2.0', likes, downloads, updated, gated, scores, category, selected }: Listed): Candidate {
  return {
    repository: id, author: id.split('/')[0]!, revision: '', likes, downloads, trendingScore: likes / 10, updatedAt: `${updated}T09:00:00.000Z`, gated: gated ?? false, baseModels: of ? [of] : [], tags: [], seen: scores !== undefined,
    picture: 'example.png', ...(of ? { relation } : {}), ...(license ? { license } : {}), ...(category ? { category } : {}), selected: selected ?? false, foundAt: updated > '2025-10-29' ? '2025-11-05T10:00:00.000Z' : '2025-10-20T10:00:00.000Z',
    scores: Object.fromEntries((scores ?? []).map((score, index) => [allCriteria[index]!, score])),
  };
}

function others(): readonly Candidate[] {
  const bases = ['black-forest-labs/FLUX.1-dev', 'stabilityai/stable-diffusion-xl-base-1.0'];
  return Array.from({ length: 24 }, (_, index) => ({
    ...candidateOf({ id: `lab-${index}/other-${index}`, says: '', of: bases[index % 2]!, likes: index, downloads: index * 10, updated: '2025-10-01' }), excluded: `derives from ${bases[index % 2]!}, not from ${base}`,
  }));
}

/** As many as asked for, no two alike. */
export function largeSurvey(count: number): Survey {
  const one = (index: number): Candidate => ({
    ...candidateOf({ id: `lab-${index % 97}/qwen-edit-lora-${String(index).padStart(5, '0')}`, says: '', likes: (index * 7919) % 5003, downloads: (index * 104_729) % 400_009, updated: `2025-${String((index % 12) + 1).padStart(2, '0')}-${String((index % 28) + 1).padStart(2, '0')}` }),
    ...(index % 3 === 0 ? { scores: { [identity]: (index % 5) + 1 } } : {}),
  });
  return { version: 1, fetchedAt: '2025-11-05T10:00:00.000Z', base, candidates: Array.from({ length: count }, (_, index) => one(index)) };
}
