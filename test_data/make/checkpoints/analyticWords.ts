/** What a prompt can ask of the analytic checkpoint. Each wish is one feature of the prompt embeddings. */
export const wishes = ['left', 'right', 'forest', 'beach', 'studio', 'sunset', 'daylight', 'night', 'warm', 'cool', 'even'] as const;

export type Wish = (typeof wishes)[number];

export const turns: readonly Wish[] = ['left', 'right'];
export const places: readonly Wish[] = ['forest', 'beach', 'studio'];
export const lights: readonly Wish[] = ['sunset', 'daylight', 'night', 'warm', 'cool', 'even'];

const words: Readonly<Record<Wish, readonly string[]>> = {
  left: ['left'],
  right: ['right'],
  forest: ['forest', 'woods'],
  beach: ['beach', 'sea'],
  studio: ['studio'],
  sunset: ['sunset', 'dusk'],
  daylight: ['daylight', 'noon'],
  night: ['night', 'moonlight'],
  warm: ['warm', 'warmer'],
  cool: ['cool', 'cold', 'cooler'],
  even: ['even', 'evenly', 'neutral'],
};

/** Texts whose words each become one token, in both cases, at the start and inside of a sentence. */
export const wishTexts: readonly string[] = Object.values(words).flatMap((each) => each.flatMap((word) => spellings(word)));

/** The tokens of a vocabulary that stand for a wish: byte-level letters, `Ġ` for the blank before a word. */
export function tokensOf(wish: Wish): string[] {
  return words[wish].flatMap((word) => spellings(word).map((text) => text.replace(' ', 'Ġ')));
}

function spellings(word: string): string[] {
  const capital = word.charAt(0).toUpperCase() + word.slice(1);
  return [word, capital, ` ${word}`, ` ${capital}`];
}
