import { describe, expect, it } from 'vitest';
import { expectationsOf } from '../../../../src/core/actions/planExpectations';
import { readCardText } from '../../../../src/core/hub/cardReading';
import { claimsOf } from '../../../../src/core/hub/claims';
import { contradictions } from '../../../../src/core/hub/contradictions';
import { gatherEvidence, type Evidence } from '../../../../src/core/hub/evidence';
import { parsePlan } from '../../../../src/core/plan/parse';
import type { HubRepository } from '../../../../test_data/make/hub';
import { connect, loopback, safetensors } from './hubFixture';

const base = 'Qwen/Qwen-Image-Edit-2509';

const qwenLora = (rank: number, metadata: Readonly<Record<string, string>> = {}) =>
  safetensors(Object.fromEntries([0, 59].flatMap((block) => [[`transformer_blocks.${block}.attn.to_q.lora_A.weight`, [rank, 3072]], [`transformer_blocks.${block}.img_mlp.net.2.lora_A.weight`, [rank, 12288]]])), metadata);

async function evidenceOf(repository: string, description: HubRepository): Promise<{ readonly evidence: Evidence; readonly sent: number }> {
  const hub = await loopback({ repositories: { [repository]: description } });
  const evidence = await gatherEvidence(await connect(hub), repository, undefined);
  if (!evidence.ok) throw new Error(evidence.failure.message);
  return { evidence: evidence.value, sent: hub.sentBytes() };
}

/** The plan that Evalmark was conceived for, as it read before its author corrected it. */
const plan = parsePlan(Buffer.from(`# Plan

### Phase 1: Survey

#### Task 1.1: Discovery
- [ ] Create initial list of candidates

**Key Findings**:
- YaoJiefu/multiple-characters - GAME CHANGER (multi-character, any angle)
- InstantX/Qwen-Image-ControlNet-Union - pose control while editing
- dx8152/Qwen-Edit-2509-Multi-Angle-Lighting - more camera angles
`));

const warningsOf = (evidence: Evidence) => contradictions(evidence, base, expectationsOf(plan, evidence.facts));

describe('the three misreadings of the first survey', () => {
  it('scene population taken for camera angles', async () => {
    const { evidence } = await evidenceOf('YaoJiefu/multiple-characters', {
      files: {
        'README.md': `---\nbase_model: ${base}\nlicense: apache-2.0\n---\n# Multiple characters\n\nPlace several characters into one scene: the LoRA populates an empty background with a group of people.\n\nPrompt: "Add three people to the street in picture 1"\n`,
        'multiple.safetensors': qwenLora(16),
      },
    });
    const [warning, ...rest] = warningsOf(evidence);
    expect(warning).toMatchObject({ severity: 'warning', short: 'card: filling a scene with people' });
    expect(warning?.text).toBe(
      'The plan expects camera angles, the card does not. It speaks of filling a scene with people: “Place several characters into one scene: the LoRA populates an empty background with a group of people.” (line 7).',
    );
    expect(rest.every(({ severity }) => severity === 'warning')).toBe(true);
    // What the corrected line says is no longer at odds with the card.
    const corrected = parsePlan(Buffer.from('#### Task 1.2: Model Card Review\n- [ ] YaoJiefu/multiple-characters - MISLEADING (scene population, not angle changes)\n'));
    expect(contradictions(evidence, base, expectationsOf(corrected, evidence.facts)).filter(({ short }) => short.startsWith('card:'))).toEqual([]);
  });

  it('a generation model’s ControlNet taken for an editing model', async () => {
    const { evidence, sent } = await evidenceOf('InstantX/Qwen-Image-ControlNet-Union', {
      pipelineTag: 'text-to-image',
      files: {
        'README.md': '---\nbase_model:\n- Qwen/Qwen-Image\nlicense: apache-2.0\n---\n# Qwen-Image-ControlNet-Union\n\nA unified ControlNet that supports canny, soft edge, depth and pose.\n',
        'config.json': '{"_class_name": "QwenImageControlNetModel", "num_layers": 5}',
        'diffusion_pytorch_model.safetensors': safetensors({
          'controlnet_blocks.0.weight': [8, 8], 'controlnet_x_embedder.weight': [8, 8], 'transformer_blocks.0.img_mod.1.weight': [8, 8], 'transformer_blocks.4.attn.to_q.weight': [3072, 16], 'x.filler': [40_000],
        }),
      },
    });
    expect(warningsOf(evidence).filter(({ severity }) => severity === 'error').map(({ text }) => text)).toEqual([
      'This is a ControlNet: its keys are a ControlNet’s. It steers Qwen-Image, which makes pictures from words. It is no LoRA for Qwen-Image-Edit-2509.',
      'It was made for Qwen-Image, which makes pictures from words. The plan\'s base Qwen-Image-Edit-2509 edits pictures; their keys look alike, but what they learned differs.',
    ]);
    expect(sent).toBeLessThan(100_000);
  });

  it('lighting taken for camera angles', async () => {
    const { evidence } = await evidenceOf('dx8152/Qwen-Edit-2509-Multi-Angle-Lighting', {
      files: {
        'README.md': `---\nbase_model: ${base}\nlicense: apache-2.0\n---\n多角度灯光\n\nControls the direction of light from many angles with a light map as the second picture.\n\nRelights the subject; shadows follow the lamp.\n`,
        'lora.safetensors': qwenLora(32),
      },
    });
    const warnings = warningsOf(evidence);
    expect(warnings.map(({ short }) => short)).toEqual(['card: light', 'two inputs', 'only 3.5 MB'].slice(0, warnings.length));
    expect(warnings[0]?.text).toMatch(/^The plan expects camera angles, the card does not\. It speaks of light: “.+” \(line 5\)\.$/);
    expect(contradictions(evidence, base, [])[0]?.text).toMatch(/^The name speaks of camera angles, the card does not/);
  });

  it('what does what it says raises no doubt', async () => {
    const { evidence } = await evidenceOf('dx8152/Qwen-Edit-2509-Multiple-angles', {
      files: { 'README.md': `---\nbase_model: ${base}\nlicense: apache-2.0\n---\nMoves the camera: left, right, top view. Keeps the scene.\n`, 'lora.safetensors': qwenLora(16) },
    });
    expect(contradictions(evidence, base, [{ source: 'The plan', purpose: 'angles' }])).toEqual([]);
  });
});

describe('claims beside facts', () => {
  it('holds every claim against the header, and says which contradict', async () => {
    const { evidence } = await evidenceOf('aurelle/QE-2509-FaceKeep', {
      files: {
        'README.md': `---\nbase_model: ${base}\nbase_model_relation: adapter\nlicense: apache-2.0\ninstance_prompt: facekeep\n---\nKeeps any face. Rank: 64.\n`,
        'face.safetensors': safetensors(
          Object.fromEntries([['double_blocks.0.img_attn.qkv.lora_A.weight', [16, 3072]], ['double_blocks.18.img_mlp.0.lora_A.weight', [16, 3072]], ['single_blocks.37.linear1.lora_A.weight', [16, 3072]]]),
          { 'modelspec.trigger_phrase': 'fkp_v2', ss_training_started_at: '1731312000', 'modelspec.license': 'FLUX.1-dev Non-Commercial' },
        ),
      },
    });
    const claims = new Map(claimsOf(evidence).map(({ subject, ...claim }) => [subject, claim]));
    expect(claims.get('Base model')).toEqual({ card: 'Qwen-Image-Edit-2509', files: 'FLUX.1, 38 blocks', sign: 'contradicts' });
    expect(claims.get('Relation')).toEqual({ card: 'adapter', files: 'LoRA, no full weights', sign: 'agrees' });
    expect(claims.get('Rank')).toEqual({ card: '64', files: '16 in every layer', sign: 'contradicts' });
    expect(claims.get('Target layers')).toMatchObject({ files: 'attn, mlp' });
    expect(claims.get('Trigger word')).toEqual({ card: 'facekeep', files: 'fkp_v2, in the training metadata', sign: 'differs' });
    expect(claims.get('Trained')?.files).toContain('2024-11-11');
    expect(claims.get('Licence')).toEqual({ card: 'apache-2.0', files: 'FLUX.1-dev Non-Commercial', sign: 'differs' });
    expect(contradictions(evidence, base)[0]?.text).toMatch(/^Card and weights name different models\. The card says Qwen-Image-Edit-2509, the weights say FLUX\.1\. This LoRA cannot load on the plan's base\. Found in \d+ B of the file's header; nothing was downloaded\.$/);
  });

  it('tells a Flux LoRA of the double blocks from Stable Diffusion 3 by its width', async () => {
    const of = async (width: number) =>
      (await evidenceOf('org/lora', { files: { 'a.safetensors': safetensors({ 'transformer.transformer_blocks.0.ff_context.net.0.proj.lora_A.weight': [4, width], 'transformer.transformer_blocks.0.attn.to_q.lora_A.weight': [4, width] }) } })).evidence.weights?.facts.family;
    expect(await of(3072)).toBe('flux');
    expect(await of(1536)).toBe('sd3');
  });

  it('reads what it may of a gated model, and says what it could not', async () => {
    const { evidence } = await evidenceOf('lab/gated', { gated: 'manual', files: { 'README.md': 'x', 'a.safetensors': qwenLora(4) } });
    expect(evidence.weights).toBeUndefined();
    expect(evidence.unread).toContain('gated');
    expect(evidence.facts.gated).toBe('manual');
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['pickles', { 'pytorch_model.bin': 'x' }, 'pickles only'],
    ['GGUF', { 'model-Q4.gguf': 'x' }, 'GGUF only'],
    ['nothing', { 'README.md': 'x' }, 'no weights'],
  ])('warns of weights that are %s', async (_name, files, short) => {
    const { evidence } = await evidenceOf('org/model', { files });
    expect(contradictions(evidence, undefined).map((warning) => warning.short)).toContain(short);
  });

  it('notes that a LoRA was trained on another version than the card says', async () => {
    const { evidence } = await evidenceOf('org/lora', {
      files: { 'README.md': `---\nbase_model: ${base}\n---\nText.`, 'adapter_config.json': '{"base_model_name_or_path": "Qwen/Qwen-Image-Edit", "r": 8}', 'a.safetensors': qwenLora(8) },
    });
    expect(contradictions(evidence, base).map(({ short, severity }) => [short, severity])).toContainEqual(['trained on Qwen-Image-Edit', 'warning']);
  });
});

describe('a card’s own words', () => {
  it('gives trigger words, prompts and pictures, and no code', () => {
    const reading = readCardText(`---
license: mit
instance_prompt: "camv2"
widget:
- text: Turn the camera to the left
  output:
    url: images/left.png
- text: '-'
---
# Angles

<img src="https://huggingface.co/org/x/resolve/main/a.webp" onerror="alert(1)">
![sample](./b.png) [link](https://example.org/c.png)

Trigger word: \`rotate_cam\`

Example prompts: "Move the camera to the right", “将镜头向左旋转45度”
Prompt: **Look down from above**
Use \`pip install diffusers==0.30\` and "lora.safetensors is here".

\`\`\`python
prompt = "a cat holding a sign"
\`\`\`
`);
    expect(reading.triggers).toEqual(['camv2', 'rotate_cam']);
    expect(reading.prompts).toEqual(['Turn the camera to the left', 'Move the camera to the right', '将镜头向左旋转45度', 'Look down from above', 'a cat holding a sign']);
    expect(reading.pictures).toEqual(['./b.png', 'https://huggingface.co/org/x/resolve/main/a.webp', 'images/left.png']);
  });

  it('comes to an end on a hostile card', () => {
    const hostile = `${'trigger '.repeat(20_000)}\n${'"'.repeat(50_000)}\n${'prompt: '.repeat(20_000)}\n${'<'.repeat(100_000)}\n${'![]('.repeat(20_000)}\n${'- text: '.repeat(10_000)}`;
    expect(readCardText(`---\nwidget:\n${hostile}\n---\n${hostile}`).prompts.length).toBeLessThanOrEqual(20);
  });
});
