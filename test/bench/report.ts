/** Says how a figure compares and whether its ratio is within the target. */
export function meets(what: string, value = Number.NaN, against: string, base = Number.NaN, target: number, unit = 'ms'): boolean {
  const ratio = value / base;
  const isMet = ratio <= target;
  console.log(`${what}: ${value.toFixed(1)} ${unit}, ${ratio.toFixed(2)} times ${against} (${base.toFixed(1)} ${unit}); target ${target}: ${isMet ? 'met' : 'MISSED'}`);
  return isMet;
}
