/**
 * Inverse of a symmetric positive definite matrix by Cholesky's decomposition (Golub and Van Loan 2013, 4.2).
 * @param matrix rows; only its lower triangle is read
 */
export function inverse(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const lower = cholesky(matrix);
  const columns = matrix.map((_, unit) => backward(lower, forward(lower, matrix.map((_row, index) => (index === unit ? 1 : 0)))));
  return columns[0]?.map((_, row) => columns.map((column) => column[row] ?? 0)) ?? [];
}

function cholesky(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const lower: number[][] = [];
  matrix.forEach((row, i) => {
    const own: number[] = [];
    for (let j = 0; j <= i; j++) {
      const known = (j === i ? own : lower[j]) ?? [];
      let rest = row[j] ?? 0;
      for (let k = 0; k < j; k++) rest -= (own[k] ?? 0) * (known[k] ?? 0);
      own.push(j === i ? Math.sqrt(rest) : rest / (known[j] ?? 1));
    }
    lower.push(own);
  });
  return lower;
}

function forward(lower: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const solved: number[] = [];
  lower.forEach((row, i) => solved.push(((right[i] ?? 0) - solved.reduce((sum, value, k) => sum + value * (row[k] ?? 0), 0)) / (row[i] ?? 1)));
  return solved;
}

function backward(lower: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const solved = right.map(() => 0);
  for (let i = right.length - 1; i >= 0; i--) {
    let rest = right[i] ?? 0;
    for (let k = i + 1; k < right.length; k++) rest -= (lower[k]?.[i] ?? 0) * (solved[k] ?? 0);
    solved[i] = rest / (lower[i]?.[i] ?? 1);
  }
  return solved;
}
