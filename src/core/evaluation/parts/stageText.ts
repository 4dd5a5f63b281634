import type { EditProgress } from '../inference';

/** What an edit is at, in words that stand in brackets. */
export function stageText({ stage, step = 0, steps = 1 }: EditProgress): string {
  const counted = steps > 1;
  switch (stage) {
    case 'starting':
      return 'starting the engine';
    case 'loading':
      return counted ? `packing the weights, once: ${step} of ${steps}` : 'loading the model';
    case 'encoding':
      return counted ? `reading prompts ahead ${step + 1}/${steps}` : 'reading prompt and pictures';
    case 'sampling':
      return counted ? `editing ${step}/${steps}` : 'editing';
    case 'decoding':
      return 'finishing';
    case 'saving':
      return 'saving';
  }
}
