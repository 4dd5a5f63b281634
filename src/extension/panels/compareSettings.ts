import type { Generation } from '../../core/evaluation/generation';

/** What some outputs were made with alike, as a person reads it; what differs between them is left out. */
export function sharedSettings(generations: readonly Generation[]): string {
  const [first, ...others] = generations.map(settingsOf);
  const shared = Object.entries(first ?? {}).filter(([name, text]) => others.every((other) => other[name] === text));
  return shared.map(([, text]) => text).join(' · ');
}

function settingsOf({ seed, steps, guidance, scheduler, references = [] }: Generation): Readonly<Record<string, string>> {
  return {
    seed: `seed ${seed}`,
    steps: `${steps} ${steps === 1 ? 'step' : 'steps'}`,
    ...(guidance !== 1 && { guidance: `guidance ${guidance}` }),
    ...(scheduler !== undefined && scheduler !== 'auto' && { scheduler }),
    ...(references.length > 0 && { references: `${references.length} more ${references.length === 1 ? 'picture' : 'pictures'}` }),
  };
}

/** Everything about one output, for when its model may be known. */
export function ownSettings(generation: Generation): string {
  const { output, model, seconds, precision, device } = generation;
  const loras = model.loras.map(({ repository, scale }) => `${repository} × ${scale}`);
  return [...loras, sharedSettings([generation]), `${output.width} × ${output.height}`, `${precision} on ${device}`, `${seconds.edit.toFixed(1)} s`].join(' · ');
}
