import { parseArgs } from 'node:util';
import type { PartArguments } from './runPart';

export const commands = ['run', 'list', 'status', 'link', 'measure', 'report', 'decide', 'cache', 'doctor', 'cuda'] as const;
/** They are about the machine, so they name no plan. */
const machineCommands: ReadonlySet<string> = new Set<CommandName>(['doctor', 'cuda']);
export type CommandName = (typeof commands)[number];

export interface CliArguments {
  readonly command: CommandName;
  /** For `doctor` a folder, the current one when left out. */
  readonly plan: string;
  readonly steps: readonly string[];
  readonly json: boolean;
  readonly yes: boolean;
  readonly workspace: string | undefined;
  readonly answers: string | undefined;
  readonly commit: 'off' | 'task' | 'phase';
  /** `run` only: the file that always holds the newest preview. */
  readonly preview: string | undefined;
  /** `link` only: ACTION and key=value pairs to write, or `none` to remove the comment. */
  readonly set: string | undefined;
  /** `cache` only: removes what nobody uses. */
  readonly clear: boolean;
  /** `report` only: say what is stale, write nothing. */
  readonly check: boolean;
  /** `measure` only: fetches the networks for faces, or all that are offered. */
  readonly download: 'faces' | 'all' | undefined;
  /** `cuda` only: address of a Python package index. */
  readonly index?: string | undefined;
  /** `decide` only: what a person decided, by part. */
  readonly decision: Readonly<Partial<Record<'approach' | 'rationale' | 'next' | 'timeline', string>>>;
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly arguments: CliArguments }
  | { readonly kind: 'part'; readonly arguments: PartArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'usage'; readonly message: string };

export function parseArguments(words: readonly string[]): ParsedArguments {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        yes: { type: 'boolean', short: 'y' },
        workspace: { type: 'string' },
        answers: { type: 'string' },
        commit: { type: 'string', default: 'off' },
        preview: { type: 'string' },
        set: { type: 'string' },
        check: { type: 'boolean' },
        download: { type: 'string' },
        clear: { type: 'boolean' },
        option: { type: 'string' },
        rationale: { type: 'string' },
        next: { type: 'string' },
        timeline: { type: 'string' },
        until: { type: 'string' },
        index: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    return { kind: 'usage', message: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help || positionals[0] === 'help') return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  if (positionals[0] === 'engine') return partArguments(positionals.slice(1), values.until, values.json ?? false);
  const [command, plan, ...steps] = positionals;
  const known = commands.find((name) => name === command);
  if (!known) return { kind: 'usage', message: command ? `There is no command "${command}".` : 'Say what to do.' };
  if (!plan && !machineCommands.has(known)) return { kind: 'usage', message: `Name the plan: evalmark ${known} path/to/tasks.md` };
  if (values.commit !== 'off' && values.commit !== 'task' && values.commit !== 'phase') {
    return { kind: 'usage', message: `--commit takes off, task or phase, not "${values.commit}".` };
  }
  const { download } = values;
  if (download !== undefined && download !== 'faces' && download !== 'all') return { kind: 'usage', message: `--download takes faces or all, not "${download}".` };
  const decision = given({ approach: values.option, rationale: values.rationale, next: values.next, timeline: values.timeline });
  if (known === 'decide' && Object.keys(decision).length === 0) return { kind: 'usage', message: 'Say what you decided: --option A --rationale … --next … --timeline …' };
  return {
    kind: 'run',
    arguments: {
      command: known,
      plan: plan ?? '.',
      steps,
      json: values.json ?? false,
      yes: values.yes ?? false,
      workspace: values.workspace,
      answers: values.answers,
      commit: values.commit,
      preview: values.preview,
      set: values.set,
      check: values.check ?? false,
      download,
      index: values.index,
      clear: values.clear ?? false,
      decision,
    },
  };
}

function partArguments([action, matrix, part = '', ...rest]: readonly string[], until: string | undefined, json: boolean): ParsedArguments {
  const known = action === 'run-part' && matrix !== undefined && /^\d+$/.test(part) && rest.length === 0 && (until === undefined || /^\d+$/.test(until));
  if (!known) return { kind: 'usage', message: 'Say which part: evalmark engine run-part path/to/matrix.json NUMBER [--until SECONDS]' };
  return { kind: 'part', arguments: { matrix, part: Number(part), until: until === undefined ? undefined : Number(until), json } };
}

function given(parts: Readonly<Record<string, string | undefined>>): CliArguments['decision'] {
  return Object.fromEntries(Object.entries(parts).filter(([, words]) => words !== undefined && words.trim() !== ''));
}

export const usage = `Usage: evalmark COMMAND PLAN [STEP…] [options]

  run     runs the plan, or the named steps; ticks boxes, writes STATUS.md
  list    shows phases, tasks and steps with their states and actions
  status  one line for each phase, what is next, what failed and why
  link    shows what each step runs and why; with --set, changes it in the plan
  measure measures every output beside its source and holds that against the ratings
  report  makes the documents again from results.json and ratings.jsonl
  decide  writes a decision of yours into the results document, STATUS.md and the plan
  doctor  says what this machine offers and lacks, each with its fix; PLAN is a folder, or left out
  cuda    gets the CUDA provider of the engine's runtime, after its size was shown; without PLAN

  engine run-part MATRIX PART
          what a worker of a cluster runs: one part of a matrix.json that a run wrote;
          --until SECONDS (since 1970) stops before that time, code 75
  cache   says what the engine keeps on the disk; with --clear, frees it

PLAN is a tasks.md. STEP is a step's id (see "list"), a task's id such as 2.4, phase:2, or line:157.

  --json          one JSON object (list, status, link) or JSON lines (run)
  --yes, -y       agrees to checkpoints and questions; never pushes
  --answers FILE  takes a person's answers from a JSON file (see docs in the README)
  --commit WHEN   off (default), task or phase: commits what was written
  --preview FILE  for run: after each step of an edit, a small picture of how far it is
  --workspace DIR the folder that paths in the plan are relative to; default: the repository's root
  --set "ACTION key=value …"   for link with one STEP; "none" removes the comment
  --check         for report: writes nothing; code 1 when a document is stale
  --download faces|all
                  for measure: fetches the networks that it names with size and licence
  --index ADDRESS for cuda: a Python package index; default: the one that pip uses
  --option A, --rationale TEXT, --next TEXT, --timeline TEXT
                  for decide: the parts of the decision, each as you word it

Exit codes: 0 done, 1 a step failed, 2 usage, 3 a person is needed.
`;
