/** "45 s", "12 min", "3 h", "3 h 20 min". */
export function durationText(minutes: number): string {
  if (minutes < 1) return `${Math.round(minutes * 60)} s`;
  const whole = Math.round(minutes);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** "1 h to 2 h", or one of them where they are the same. */
export function rangeText(minimum: number, maximum: number): string {
  return minimum === maximum ? durationText(minimum) : `${durationText(minimum)} to ${durationText(maximum)}`;
}
