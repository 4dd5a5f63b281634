import { createSample } from './workspace';
import { startHub } from './hub';
import { sampleRepositories } from './sampleRepositories';
import { analyticCheckpoint } from './checkpoints/analyticCheckpoint';
import { analyticLoras } from './checkpoints/analyticLoras';
import { randomCheckpoint, randomGguf } from './checkpoints/randomCheckpoint';
import { randomLoras } from './checkpoints/randomLoras';
import { writeCheckpoint } from './checkpoints/writeCheckpoint';

/**
 * `sample.mjs create FOLDER [--fresh]` makes the sample workspace; `sample.mjs hub` serves its models on loopback until
 * the parent process goes; `sample.mjs checkpoint FOLDER` writes the random checkpoint that goldens are made
 * from, with its LoRAs and its GGUF in folders of their own.
 */
const [command, folder, ...options] = process.argv.slice(2);

if (command === 'create' && folder !== undefined) {
  const made = await createSample(folder, { fresh: options.includes('--fresh') });
  process.stdout.write(`${made}\n`);
} else if (command === 'hub') {
  const hub = await startHub({ repositories: sampleRepositories() });
  process.send?.({ endpoint: hub.endpoint });
  process.on('disconnect', () => process.exit(0));
} else if (command === 'checkpoint' && folder !== undefined && options.includes('--analytic')) {
  await writeCheckpoint(folder, analyticCheckpoint());
  for (const [name, content] of Object.entries(analyticLoras())) await writeCheckpoint(`${folder}/loras`, { [`${name}.safetensors`]: content });
} else if (command === 'checkpoint' && folder !== undefined) {
  await writeCheckpoint(folder, { ...randomCheckpoint(), 'gguf/transformer.gguf': randomGguf() });
  await writeCheckpoint(`${folder}/loras`, randomLoras());
} else {
  process.stderr.write('Usage: sample.mjs create FOLDER [--fresh] | sample.mjs hub | sample.mjs checkpoint FOLDER\n');
  process.exitCode = 2;
}
