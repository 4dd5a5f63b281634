/**
 * Quantile of Student's t for whole degrees of freedom, by halving on the exact finite sums of Abramowitz and Stegun
 * (1964), 26.7.3 and 26.7.4. t(0.975) is 12.7062 for 1, 2.7764 for 4, 2.0860 for 20.
 */
export function studentQuantile(probability: number, freedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  let [low, high] = [0, 1];
  while (studentProbability(high, freedom) < probability) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentProbability(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T ≤ t). */
export function studentProbability(t: number, freedom: number): number {
  const angle = Math.atan2(t, Math.sqrt(freedom));
  const cosine = Math.cos(angle) ** 2;
  const even = freedom % 2 === 0;
  let term = even ? 1 : Math.cos(angle);
  let sum = freedom === 1 ? 0 : term;
  for (let k = even ? 2 : 3; k < freedom; k += 2) {
    term *= (cosine * (k - 1)) / k;
    sum += term;
  }
  const within = even ? Math.sin(angle) * sum : (2 / Math.PI) * (angle + Math.sin(angle) * sum);
  return 0.5 + within / 2;
}
