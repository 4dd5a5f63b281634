#!/usr/bin/env node
import { parseArguments, usage, type CliArguments, type CommandName } from './arguments';
import { cuda } from './cuda';
import { cache } from './cache';
import { decide } from './decide';
import { doctor } from './doctor';
import { link } from './link';
import { list } from './list';
import { measure } from './measure';
import { report } from './report';
import { run } from './run';
import { runPartCommand } from './runPart';
import { status } from './status';
import { version } from './version';

/** What a shell sees; `needsPerson` tells a script that nothing is broken. */
export const exitCodes = { done: 0, failed: 1, usage: 2, needsPerson: 3 } as const;

const handlers: Readonly<Record<CommandName, (args: CliArguments) => Promise<number>>> = { run, list, status, link, measure, report, decide, cache, doctor, cuda };

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `evalmark list | head` closes the pipe early; that is no failure.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const parsed = parseArguments(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'version':
    process.stdout.write(`${version}\n`);
    break;
  case 'usage':
    process.stderr.write(`${parsed.message}\n\n${usage}`);
    process.exitCode = exitCodes.usage;
    break;
  case 'part':
    process.exitCode = await runPartCommand(parsed.arguments);
    break;
  case 'run':
    process.exitCode = await handlers[parsed.arguments.command](parsed.arguments);
}
