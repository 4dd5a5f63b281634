import type { Estimate } from './plan';

/**
 * `1-2 hours (mostly waiting)`, `30 minutes`, `~1h30m`, `1.5 d`. A day is eight hours of work and a week five days;
 * undefined when the text names no time.
 */
export function readEstimate(text: string, line: number): Estimate | undefined {
  let minimum = 0;
  let maximum = 0;
  let found = false;
  let position = 0;
  const measured = text.slice(0, 200);
  for (const match of measured.matchAll(amount)) {
    const between = measured.slice(position, match.index + match[0].search(/\w/));
    if (found && !/^[\s,]*(?:and\s+)?$/.test(between)) break;
    const factor = minutesOf(match[3] ?? match[4] ?? '');
    const low = numberOf(match[1]);
    const high = match[2] === undefined ? low : numberOf(match[2]);
    minimum += Math.min(low, high) * factor;
    maximum += Math.max(low, high) * factor;
    found = true;
    position = match.index + match[0].length;
  }
  return found ? { minimumMinutes: minimum, maximumMinutes: maximum, text, line } : undefined;
}

export function isEstimateField(name: string): boolean {
  return /^(?:estimated?(?: (?:time|effort|duration))?|effort|duration|time estimate)$/i.test(name);
}

const amount =
  /(?:^|[^\w./]|(?<=\d[hdw]))(\d+(?:[.,]\d+)?|half an?|an?)\s*(?:(?:-|\u2013|\u2014|to)\s*(\d+(?:[.,]\d+)?)\s*)?(?:(minutes?|mins?|hours?|hrs?|days?|weeks?|wks?)|([mhdw]))(?![a-z])/gi;

function numberOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^half/i.test(text)) return 0.5;
  return /^an?$/i.test(text) ? 1 : Number(text.replace(',', '.'));
}

function minutesOf(unit: string): number {
  switch (unit.charAt(0).toLowerCase()) {
    case 'h':
      return 60;
    case 'd':
      return 8 * 60;
    case 'w':
      return 5 * 8 * 60;
    default:
      return 1;
  }
}
