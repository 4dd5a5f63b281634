import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkPlan, linkStep } from '../../../../src/core/actions/link';
import { parsePlan } from '../../../../src/core/plan/parse';

const root = path.resolve(__dirname, '../../../..');
const conceivedFor = path.resolve(root, '../shared/plans/qwen-ecosystem-validation/tasks.md');
const sample = path.join(root, 'test_data/sample/plans/tiny-editors/tasks.md');

/** Line (1-based) or a piece of the text, and what must be linked to it: `action key=value …`. */
type Row = readonly [number | string, string];

function spoken(file: string): (key: number | string) => string {
  const plan = parsePlan(readFileSync(file));
  const links = linkPlan(plan);
  return (key) => {
    const step = plan.steps.find(({ line, text }) => (typeof key === 'number' ? line === key - 1 : text.includes(key)));
    const link = step && links.get(step.id);
    if (!link) return 'no such step';
    return [link.action, ...Object.entries(link.arguments).map(([name, value]) => `${name}=${value}`)].join(' ');
  };
}

const conceivedRows: readonly Row[] = [
  [15, 'survey url=https://huggingface.co/models?pipeline_tag=image-to-image&sort=trending&search=qwen'],
  [16, 'survey.filter base=Qwen-Image-Edit-2509'],
  [17, 'survey.review count=50'],
  [18, 'survey.document file=model-survey.md'],
  [37, 'card repository=YaoJiefu/multiple-characters'],
  [38, 'card repository=dx8152/Qwen-Edit-2509-Multiple-angles'],
  [40, 'card repository=TsienDragon/qwen-image-edit-lora-face-segmentation'],
  [46, 'card repository=Qwen-Image-Edit-2509'],
  [80, 'relevance criterion=character consistency'],
  [81, 'relevance criterion=angle changes'],
  [82, 'relevance criterion=lighting/complexion'],
  [83, 'relevance criterion=quality'],
  [84, 'select minimum=5 maximum=10'],
  [115, 'shell block=0 lines=1-2'],
  [116, 'shell block=0 lines=3'],
  [117, 'check kind=version program=python expected=3.13.3'],
  [134, 'shell block=0 lines=1'],
  [135, 'shell block=0 lines=2'],
  [136, 'shell block=0 lines=3'],
  [137, 'shell block=0 lines=4'],
  [138, 'check kind=packages command=pip list block=0'],
  [153, 'login required=false'],
  [154, 'download repository=Qwen/Qwen-Image-Edit-2509'],
  [155, 'download.verify scope=task'],
  [156, 'download.note scope=task total=false'],
  [171, 'download repository=dx8152/Qwen-Edit-2509-Multiple-angles'],
  [172, 'download category=identity minimum=2 maximum=3'],
  [173, 'download category=lighting minimum=1 maximum=2'],
  [174, 'download category=reference minimum=1 maximum=2'],
  [175, 'download.verify scope=all'],
  [176, 'download.note scope=all total=true'],
  [191, 'directories path=test_data/source block=0'],
  [192, 'directories path=test_data/results block=0'],
  [193, 'directories path=scripts block=0'],
  [194, 'directories.ignore folder=test_data'],
  [204, 'pictures.select count=5'],
  [205, 'pictures.check kind=variety'],
  [206, 'pictures.check kind=quality'],
  [207, 'pictures.import folder=test_data/source'],
  [208, 'pictures.import pattern=test_01.jpg'],
  [209, 'pictures.document'],
  [221, 'script file=scripts/test_base_model.py part=create'],
  [222, 'script file=scripts/test_base_model.py part=loading'],
  [223, 'script file=scripts/test_base_model.py part=prompts'],
  [224, 'script file=scripts/test_base_model.py part=vram'],
  [225, 'script file=scripts/test_base_model.py part=errors'],
  [226, 'script file=scripts/test_base_model.py part=run'],
  [247, 'script file=scripts/test_lora_model.py part=create'],
  [248, 'script file=scripts/test_lora_model.py part=lora'],
  [249, 'script file=scripts/test_lora_model.py part=prompts'],
  [250, 'script file=scripts/test_lora_model.py part=loraPrompts'],
  [251, 'script file=scripts/test_lora_model.py part=run'],
  [274, 'infer models=base'],
  [275, 'infer.verify models=base'],
  [276, 'infer.vram models=base'],
  [277, 'review models=base sample=true'],
  [278, 'infer.notes models=base'],
  [293, 'infer models=category:angles'],
  [294, 'infer models=category:identity'],
  [295, 'infer models=category:lighting'],
  [296, 'infer models=category:reference'],
  [297, 'infer.verify models=loras'],
  [298, 'infer.vram models=loras'],
  [299, 'infer.notes models=loras'],
  [310, 'review models=all'],
  [311, 'review models=all criterion=identity'],
  [312, 'review models=all criterion=edit'],
  [313, 'review models=all criterion=artifacts'],
  [314, 'review models=all criterion=failureModes'],
  [315, 'review.examples'],
  [325, 'analyze part=table'],
  [326, 'analyze part=average criterion=identity'],
  [327, 'analyze part=average criterion=edit'],
  [328, 'analyze part=artifacts'],
  [329, 'analyze part=vram'],
  [330, 'analyze part=rank'],
  [342, 'document file=docs/qwen-ecosystem-results.md section=title'],
  [343, 'document file=docs/qwen-ecosystem-results.md section=survey'],
  [344, 'document file=docs/qwen-ecosystem-results.md section=matrix'],
  [345, 'document file=docs/qwen-ecosystem-results.md section=examples'],
  [346, 'document file=docs/qwen-ecosystem-results.md section=performance'],
  [347, 'document file=docs/qwen-ecosystem-results.md section=strengths'],
  [358, 'options option=A'],
  [362, 'options option=B'],
  [366, 'options option=C'],
  [370, 'options option=D'],
  [383, 'decide part=approach'],
  [384, 'decide part=rationale'],
  [385, 'decide part=next'],
  [386, 'decide part=timeline'],
  [387, 'document file=STATUS.md section=decision'],
  [397, 'document file=docs/SUMMARY.md section=summary'],
  [398, 'document file=STATUS.md section=progress'],
  [399, 'document file=docs/technical-feasibility.md section=findings'],
  [400, 'commit'],
  [401, 'push'],
];

describe.runIf(existsSync(conceivedFor))('links of the plan that Evalmark was conceived for', () => {
  const link = spoken(conceivedFor);
  it.each(conceivedRows)('line %s: %s', (key, expected) => expect(link(key)).toBe(expected));

  it('leaves no step without an action', () => {
    const plan = parsePlan(readFileSync(conceivedFor));
    const manual = plan.steps.filter((step) => linkPlan(plan).get(step.id)?.action === 'manual').map(({ text }) => text);
    expect(manual).toEqual([]);
  });
});

const sampleRows: readonly Row[] = [
  ['Browse', 'survey url=https://hub.example/models?pipeline_tag=image-to-image&sort=trending&search=tiny-edit'],
  ['Filter for', 'survey.filter base=Tiny-Edit-2601'],
  ['Review first', 'survey.review count=10'],
  ['Create initial', 'survey.document file=model-survey.md'],
  ['mirabel/tiny-edit-face-keep', 'card repository=mirabel/tiny-edit-face-keep'],
  ['Base Tiny', 'card repository=Tiny-Edit-2601'],
  ['Relevance to lighting', 'relevance criterion=lighting'],
  ['Quality indicators', 'relevance criterion=quality'],
  ['Select top', 'select minimum=3 maximum=5'],
  ['Prepare the scratch', 'shell block=0 lines=1-2'],
  ['Export the', 'shell block=0 lines=3-4'],
  ['Verify git', 'check kind=command command=git --version'],
  ['Login', 'login required=false'],
  ['Download Tiny-Edit', 'download repository=tinkerbox/Tiny-Edit-2601'],
  ['Download tinkerbox', 'download repository=tinkerbox/Tiny-Edit-2601-Camera-Angles'],
  ['Download face', 'download category=identity minimum=1 maximum=2'],
  ['Verify download complete', 'download.verify scope=task'],
  ['Note storage', 'download.note scope=task total=false'],
  ['Create test_data/results', 'directories path=test_data/results block=0'],
  ['Create .gitignore', 'directories.ignore folder=test_data'],
  ['Select or create', 'pictures.select count=5'],
  ['Ensure variety', 'pictures.check kind=variety'],
  ['Verify image quality', 'pictures.check kind=quality'],
  ['Copy to', 'pictures.import folder=test_data/source'],
  ['Name consistently', 'pictures.import pattern=test_01.png'],
  ['Document image', 'pictures.document'],
  ['Verify script', 'check kind=command command=ls scripts/test_base_model.py'],
  ['Run base model', 'infer models=base'],
  ['Test camera angle', 'infer models=category:angles'],
  ['Verify outputs for each', 'infer.verify models=loras'],
  ['Note any loading errors', 'infer.notes models=loras'],
  ['Review all', 'review models=all'],
  ['Count visible', 'review models=all criterion=artifacts'],
  ['Document best/worst', 'review.examples'],
  ['Rank models', 'analyze part=rank'],
  ['Include comparison', 'document file=docs/tiny-editors-results.md section=matrix'],
  ['Option B', 'options option=B'],
  ['Select optimal', 'decide part=approach'],
  ['Update STATUS.md with decision', 'document file=STATUS.md section=decision'],
  ['Commit all', 'commit'],
  ['Push to origin', 'push'],
];

describe('links of the sample plan', () => {
  const link = spoken(sample);
  it.each(sampleRows)('%s: %s', (key, expected) => expect(link(key)).toBe(expected));

  it('leaves no step without an action', () => {
    const plan = parsePlan(readFileSync(sample));
    const manual = plan.steps.filter((step) => linkPlan(plan).get(step.id)?.action === 'manual').map(({ text }) => text);
    expect(manual).toEqual([]);
  });
});

describe('linking', () => {
  const linkOf = (markdown: string, at = 0) => {
    const plan = parsePlan(markdown);
    const step = plan.steps[at]!;
    return linkStep(plan, plan.tasks.find(({ id }) => id === step.taskId)!, step);
  };

  it('takes the comment of a person over every rule', () => {
    const link = linkOf('- [ ] Download the weights <!-- evalmark: download repository=a/b -->\n');
    expect(link).toMatchObject({ action: 'download', arguments: { repository: 'a/b' }, origin: 'person' });
  });

  it('says so when a comment names an action that does not exist', () => {
    const link = linkOf('- [ ] Do it <!-- evalmark: fly height=3 -->\n');
    expect(link.action).toBe('manual');
    expect(link.reason).toContain('"fly"');
  });

  it('does not guess between two models that fit equally well', () => {
    const link = linkOf('# T\n\n## 1. Get it\n\n```bash\nhf download a/one\nhf download b/two\n```\n\n- [ ] Download weights\n');
    expect(link.action).toBe('download');
    expect(link.candidates).toEqual([{ repository: 'a/one' }, { repository: 'b/two' }]);
  });

  it('gives a block directly under a step to that step', () => {
    const markdown = '## 1. Build\n\n- [ ] Compile it\n\n```bash\nmake\n```\n\n- [ ] Ship it\n\n```bash\nmake ship\n```\n';
    expect(linkOf(markdown, 1)).toMatchObject({ action: 'shell', arguments: { block: '1' } });
  });

  it('leaves to a person what no rule covers', () => {
    expect(linkOf('- [ ] Think about it\n')).toMatchObject({ action: 'manual', origin: 'none' });
  });
});

describe('links in other notations', () => {
  it('reads the words behind numbers and tags', () => {
    const plan = parsePlan('## 1. Setup\n\n- [ ] 1.1 Download aurora/tiny-edit\n- [ ] T012 [P] [US1] Commit everything\n');
    expect(plan.steps.map((step) => linkPlan(plan).get(step.id)?.action)).toEqual(['download', 'commit']);
  });
});
