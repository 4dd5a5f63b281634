/** What a model is for, as far as words tell. The first three are what plans ask for; the others are what is mistaken for them. */
export type Purpose = 'angles' | 'identity' | 'lighting' | 'population' | 'segmentation' | 'control' | 'generation' | 'speed' | 'retouching';

export interface PurposeQuote {
  readonly purpose: Purpose;
  /** The card's own words, shortened. */
  readonly quote: string;
  /** 1-based, in README.md as it lies on the Hub. */
  readonly line: number;
}

/** Every purpose that a card speaks of, each with the first line that does, most often named first. */
export function purposesOfCard(lines: readonly string[], firstLine = 1): readonly PurposeQuote[] {
  const found = new Map<Purpose, { readonly quote: PurposeQuote; readonly count: number; readonly heading: boolean }>();
  let fenced = false;
  lines.forEach((line, index) => {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    if (fenced || line.length > longestLine) return;
    for (const purpose of purposesOf(line)) {
      const known = found.get(purpose);
      const quote = { purpose, quote: shortened(line), line: firstLine + index };
      // A sentence says more than the heading above it.
      if (!known) found.set(purpose, { quote, count: 1, heading: isHeading(line) });
      else found.set(purpose, { quote: known.heading && !isHeading(line) ? quote : known.quote, count: known.count + 1, heading: known.heading && isHeading(line) });
    }
  });
  return [...found.values()].sort((left, right) => right.count - left.count || left.quote.line - right.quote.line).map(({ quote }) => quote);
}

/** Of a sentence or a name. What is denied does not count: "adds people, does not turn the camera" speaks of people only. */
export function purposesOf(text: string): readonly Purpose[] {
  const said = text
    .split(/[,;.:()!?，。；]|\bbut\b/i)
    .filter((clause) => !/\b(?:not|never|no|without|instead of|rather than)\b|n['’]t\b|不/i.test(clause))
    .join(' ; ');
  const named = patterns.filter(({ words }) => words.test(said)).map(({ purpose }) => purpose);
  // "Lights a scene from several angles" is about light: an angle alone beside light is the light's own.
  const ownAngle = named.includes('lighting') && !viewWords.test(said);
  return ownAngle ? named.filter((purpose) => purpose !== 'angles') : named;
}

/** A model's name has no grammar, so that every word of it is a promise: "Multi-Angle-Lighting" promises both. */
export function purposesOfName(repository: string): readonly Purpose[] {
  const words = repository.slice(repository.indexOf('/') + 1).replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[-_./]+/g, ' ');
  return patterns.filter(({ words: pattern }) => pattern.test(words)).map(({ purpose }) => purpose);
}

export function purposeText(purpose: Purpose): string {
  return texts[purpose];
}

const longestLine = 4_000;

const viewWords = /\b(?:camera|view\s?points?|(?:front|side|rear|back|top|profile|wide)[- ](?:view|angle)|rotat\w+|turns? (?:the )?(?:head|camera|view|object|character))\b|镜头|视角/i;

const patterns: readonly { readonly purpose: Purpose; readonly words: RegExp }[] = [
  { purpose: 'angles', words: new RegExp(`\\b(?:angles?|novel views?|perspective)\\b|角度|${viewWords.source}`, 'i') },
  { purpose: 'lighting', words: /\b(?:re-?light\w*|light(?:s|ing|ed)?|illuminat\w+|shadows?|complexion|skin tones?)\b|光照|打光|灯光|光影|补光/i },
  { purpose: 'population', words: /\b(?:multiple|several|many|more|group of|crowds? of) (?:characters?|people|persons?|figures)\b|\bmulti-?characters?\b|\bpopulat\w+|\bcrowds?\b|\badds? (?:people|characters)\b|多人|多角色/i },
  { purpose: 'identity', words: /\bidentity\b|\bface[- ]?(?:keep\w*|preserv\w*|consisten\w*|swap\w*|id)\b|\b(?:character|facial|face) consisten\w+|\b(?:keeps?|keeping|preserv\w+) (?:the |a |any )?(?:same )?(?:face|person|character)s?\b|人脸|一致性/i },
  { purpose: 'segmentation', words: /\bsegment(?:s|ed|ing|ation)?\b/i },
  { purpose: 'control', words: /\bcontrol-?nets?\b|\b(?:canny|soft ?edge|depth map|openpose|dwpose)\b|\bby pose\b|\bpose control\b/i },
  { purpose: 'generation', words: /\btext[- ]to[- ]image\b|\bgenerat\w+ (?:images?|pictures?) from (?:text|words|prompts?)\b|\bmakes pictures from words\b/i },
  { purpose: 'speed', words: /\b(?:[1-9]|few|four|eight)[- ]steps?\b|\blightning\b|\bdistill\w*|\bturbo\b/i },
  { purpose: 'retouching', words: /\bretouch\w*|\bbeautif\w+|\bsmooth\w* skin\b/i },
];

const texts: Readonly<Record<Purpose, string>> = {
  angles: 'camera angles',
  identity: 'keeping a face',
  lighting: 'light',
  population: 'filling a scene with people',
  segmentation: 'segmentation',
  control: 'steering by pose, depth or edges (ControlNet)',
  generation: 'making pictures from words',
  speed: 'fewer steps',
  retouching: 'retouching',
};

function isHeading(line: string): boolean {
  return /^\s*#/.test(line);
}

function shortened(line: string): string {
  const plain = line.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]*>/g, '').replace(/^[\s>#*+-]+|[*_`]+/g, '').replace(/\s+/g, ' ').trim();
  return plain.length > 160 ? `${plain.slice(0, 159)}…` : plain;
}
