/** Seconds of a time as sbatch takes it: `60` (minutes), `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`. */
export function secondsOf(time: string): number {
  const [, days, rest = ''] = /^(?:(\d+)-)?(.*)$/.exec(time) ?? [];
  const parts = rest.split(':').map(Number);
  const [first = 0, second = 0, third = 0] = parts;
  if (days !== undefined) return Number(days) * 86_400 + first * 3600 + second * 60 + third;
  if (parts.length === 1) return first * 60;
  return parts.length === 2 ? first * 60 + second : first * 3600 + second * 60 + third;
}

/** How long before its limit a job is told to stop: Slurm itself may be up to a minute early. */
export function marginSeconds(limit: number | undefined): number {
  return limit === undefined ? 60 : Math.round(Math.min(60, Math.max(10, limit / 4)));
}
