import { rangeOf, textRule, type Match, type Rule, type RuleInput } from './rule';

const pictures = String.raw`(?:source |test |character |input )*(?:images?|pictures?|photos?|portraits?)`;

/** Choosing, checking and importing the source pictures. */
export const pictureRules: readonly Rule[] = [
  textRule('choose pictures', new RegExp(String.raw`^(?:select|choose|pick|collect|create|draw|find)\b(?:\s+or\s+\w+)?\s+(?:\d+\s+)?${pictures}`, 'i'), (_found, { text }) => ({
    action: 'pictures.select',
    arguments: { count: rangeOf(text)?.minimum ?? '1' },
    reason: 'the step chooses the source pictures',
  })),
  textRule('check variety', /^(?:ensure|check|verify)\s+variety\b/i, () => ({
    action: 'pictures.check',
    arguments: { kind: 'variety' },
    reason: 'the step wants pictures that differ',
  })),
  textRule('check quality', new RegExp(String.raw`^(?:verify|check|ensure)\s+${pictures}\s+quality`, 'i'), () => ({
    action: 'pictures.check',
    arguments: { kind: 'quality' },
    reason: 'the step wants sharp, well exposed pictures',
  })),
  { name: 'import pictures', match: importMatch },
  textRule('describe pictures', new RegExp(String.raw`^(?:document|describe|note)\b\s+${pictures}\s+(?:characteristics|properties|sizes?)`, 'i'), () => ({
    action: 'pictures.document',
    arguments: {},
    reason: 'the step writes down what the pictures are like',
  })),
];

function importMatch({ text, title }: RuleInput): Match | undefined {
  if (!/image|picture|photo/.test(title)) return undefined;
  const folder = /^(?:copy|import|move)\b.*?\bto\s+`?([\w./-]+)`?/i.exec(text)?.[1];
  if (folder) {
    return { action: 'pictures.import', arguments: { folder: folder.replace(/\/$/, '') }, reason: `the step copies the chosen pictures to ${folder}` };
  }
  const pattern = /^(?:re)?name\b.*?\b([\w-]*\d+\.(?:jpe?g|png|webp))/i.exec(text)?.[1];
  return pattern ? { action: 'pictures.import', arguments: { pattern }, reason: `the step names the pictures like ${pattern}` } : undefined;
}
