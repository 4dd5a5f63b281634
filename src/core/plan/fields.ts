export interface FieldText {
  readonly name: string;
  readonly value: string;
  /** Offset of the value's first character in the text that was read. */
  readonly valueStart: number;
}

/** `**Name**: value` or `**Name:** value`, `start` at the first asterisk, `end` at the line's end. */
export function readField(text: string, start: number, end: number): FieldText | undefined {
  if (text.charCodeAt(start) !== 42 || text.charCodeAt(start + 1) !== 42) return undefined;
  const close = text.slice(start + 2, Math.min(end, start + longestName)).indexOf('**');
  if (close <= 0) return undefined;
  const inside = text.slice(start + 2, start + 2 + close);
  let valueStart = start + 2 + close + 2;
  let name = inside;
  if (inside.endsWith(':')) name = inside.slice(0, -1);
  else if (valueStart < end && text.charCodeAt(valueStart) === 58) valueStart++;
  else return undefined;
  name = name.trim();
  if (name === '' || name.includes('*')) return undefined;
  while (valueStart < end && isBlank(text.charCodeAt(valueStart))) valueStart++;
  return { name, value: text.slice(valueStart, end).trimEnd(), valueStart };
}

/** Fields that also count when they stand in a list, as `- **Status**: …`. */
export function isTaskField(name: string): boolean {
  return /^(?:status|estimated?(?: (?:time|effort|duration))?|effort|duration|time estimate|owner|assignee|priority|deliverables?|depends on|dependencies)$/i.test(name);
}

const longestName = 120;

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
