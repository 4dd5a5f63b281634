import type { ActionArguments } from '../action';
import { downloadArguments, hubCommandOf } from './hubCommand';
import { categoryOf, rangeOf, repositoryPattern, textRule, type Match, type Rule, type RuleInput } from './rule';

/** Logging in, downloading, directories. */
export const setupRules: readonly Rule[] = [
  textRule('log in', /^(?:log ?in|sign in)\b.*\b(?:hugging ?face|hub)\b/i, (_found, { lower }) => ({
    action: 'login',
    arguments: { required: /if (?:required|needed)/.test(lower) ? 'false' : 'true' },
    reason: 'the step logs in to the Hub',
  })),
  { name: 'download', match: (input) => (/^(?:re-?)?download\b/i.test(input.text) ? downloadMatch(input) : undefined) },
  textRule('verify downloads', /^(?:verify|check)\b.*\bdownloads?\b/i, (_found, { lower }) => ({
    action: 'download.verify',
    arguments: { scope: /\ball\b/.test(lower) ? 'all' : 'task' },
    reason: 'the step checks what was downloaded against the Hub',
  })),
  textRule('note where downloads lie', /^(?:note|document|write down|record)\b.*\b(?:storage location|disk usage|disk space)\b/i, (_found, { lower }) => ({
    action: 'download.note',
    arguments: { scope: /\b(?:total|all)\b/.test(lower) ? 'all' : 'task', total: String(/\btotal\b/.test(lower)) },
    reason: 'the step notes where downloads lie and how large they are',
  })),
  textRule('ignore large files', /^(?:create|add|update)\b.*\.gitignore\b(?:\s+for\s+(\S+))?/i, ([, folder = 'test_data']) => ({
    action: 'directories.ignore',
    arguments: { folder: folder.replace(/[`/]+$|^`/g, '') },
    reason: 'the step keeps large files out of git',
  })),
  {
    name: 'create directories',
    match(input) {
      const path = directoryOf(input);
      if (path === undefined) return undefined;
      const block = input.task.blocks.findIndex(({ lines }) => lines.some((line) => /^\s*mkdir\b/.test(line)));
      return {
        action: 'directories',
        arguments: { path, ...(block >= 0 ? { block: String(block) } : {}) },
        reason: block >= 0 ? `the step names ${path}, which the block's mkdir makes` : `the step names the folder ${path}`,
      };
    },
  },
];

function directoryOf({ text, task }: RuleInput): string | undefined {
  const named =
    /^(?:create|make)\s+`?([\w.-]+)\/?`?\s+(?:directory|folder)\b/i.exec(text)?.[1] ??
    /^(?:create|make)\s+(?:the\s+)?(?:directory|folder)\s+`?([\w./-]+)`?/i.exec(text)?.[1];
  if (named) return named.replace(/\/$/, '');
  const path = /^(?:create|make)\s+`?([\w.-]+(?:\/[\w.-]+)+\/?)`?(?:\s+for\b|$)/i.exec(text)?.[1];
  const makesFolders = task.blocks.some(({ lines }) => lines.some((line) => /^\s*mkdir\b/.test(line)));
  return path && makesFolders && !/\.\w{1,5}$/.test(path) ? path.replace(/\/$/, '') : undefined;
}

/**
 * Which model a "Download …" step means: one that it names in full, one that the task's block fetches and whose name the
 * step contains, or the selected candidates of a category.
 */
function downloadMatch(input: RuleInput): Match | undefined {
  const full = repositoryPattern.exec(input.text)?.[1];
  const category = categoryOf(input.text);
  const speaksOfMany = /\b(?:models|loras)\b/i.test(input.text);
  if (full && !(speaksOfMany && category)) {
    return { action: 'download', arguments: lineFor(input, full), reason: `the step names ${full}` };
  }
  if (speaksOfMany && category) {
    return {
      action: 'download',
      arguments: { category, ...(rangeOf(input.text) ?? {}) },
      reason: `the step asks for the selected candidates of the category "${category}"`,
    };
  }
  return downloadOfBlock(input);
}

function downloadOfBlock({ task, lower }: RuleInput): Match | undefined {
  const fetched = task.blocks.flatMap((block) =>
    block.lines.flatMap((line, index) => {
      const command = hubCommandOf(line);
      return command?.kind === 'download' && !command.repository.includes('<') ? [{ repository: command.repository, arguments: downloadArguments(command), line: block.line + index + 1 }] : [];
    }),
  );
  const named = fetched.filter(({ repository }) => lower.includes(lastPart(repository)));
  const longest = Math.max(0, ...named.map(({ repository }) => lastPart(repository).length));
  const targets = named.filter(({ repository }) => lastPart(repository).length === longest);
  const first = targets[0];
  if (first && targets.length === 1) {
    return {
      action: 'download',
      arguments: first.arguments,
      reason: `the step names one model, and line ${first.line} of its task fetches ${first.repository}`,
    };
  }
  const open = targets.length > 1 ? targets : fetched;
  if (open.length === 1 && open[0] && !/\b(?:models|loras)\b/.test(lower)) {
    return { action: 'download', arguments: open[0].arguments, reason: `line ${open[0].line} of the task fetches it` };
  }
  if (open.length > 1) {
    return {
      action: 'download',
      reason: 'several models of the task fit this step equally well',
      candidates: open.map((one) => one.arguments),
    };
  }
  return undefined;
}

/** What the task's own line for that model asks beside its name. */
function lineFor({ task }: RuleInput, repository: string): ActionArguments {
  const commands = task.blocks.flatMap((block) => block.lines.map(hubCommandOf));
  const own = commands.find((command) => command?.kind === 'download' && command.repository === repository);
  return own?.kind === 'download' ? downloadArguments(own) : { repository };
}

function lastPart(repository: string): string {
  return (repository.split('/').at(-1) ?? repository).toLowerCase();
}
