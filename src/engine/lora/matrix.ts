/** Float32 numbers in rows: as a run's feed, and to compute a LoRA's factors with. */
export interface Matrix {
  readonly data: Float32Array;
  /** Rows, columns. */
  readonly dims: readonly [number, number];
}

/** Rows of `left` times columns of `right`, summed in float64. */
export function product(left: Matrix, right: Matrix): Matrix {
  const [rows, inner] = left.dims;
  const columns = right.dims[1];
  const data = new Float32Array(rows * columns);
  const sum = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    for (let k = 0; k < inner; k++) {
      const factor = left.data[row * inner + k] ?? 0;
      if (factor === 0) continue;
      const from = k * columns;
      for (let column = 0; column < columns; column++) sum[column] = (sum[column] ?? 0) + factor * (right.data[from + column] ?? 0);
    }
    data.set(sum, row * columns);
  }
  return { data, dims: [rows, columns] };
}

/** The Kronecker product: each number of `left` times the whole of `right`. */
export function kronecker(left: Matrix, right: Matrix): Matrix {
  const [leftRows, leftColumns] = left.dims;
  const [rightRows, rightColumns] = right.dims;
  const columns = leftColumns * rightColumns;
  const data = new Float32Array(leftRows * rightRows * columns);
  for (let row = 0; row < leftRows * rightRows; row++) {
    const leftRow = Math.floor(row / rightRows) * leftColumns;
    const rightRow = (row % rightRows) * rightColumns;
    for (let i = 0; i < leftColumns; i++) {
      const factor = left.data[leftRow + i] ?? 0;
      const at = row * columns + i * rightColumns;
      for (let k = 0; k < rightColumns; k++) data[at + k] = factor * (right.data[rightRow + k] ?? 0);
    }
  }
  return { data, dims: [leftRows * rightRows, columns] };
}

/** Multiplies all numbers of the matrix itself. */
export function scaleInPlace(matrix: Matrix, factor: number): Matrix {
  const { data } = matrix;
  if (factor !== 1) for (let index = 0; index < data.length; index++) data[index] = (data[index] ?? 0) * factor;
  return matrix;
}

/** Multiplies each row of the matrix itself with a factor of its own. */
export function scaleRowsInPlace(matrix: Matrix, factors: ArrayLike<number>): Matrix {
  const { data, dims } = matrix;
  for (let index = 0; index < data.length; index++) data[index] = (data[index] ?? 0) * (factors[Math.floor(index / dims[1])] ?? 1);
  return matrix;
}

/** Multiplies each column of the matrix itself with a factor of its own. */
export function scaleColumnsInPlace(matrix: Matrix, factors: ArrayLike<number>): Matrix {
  const { data, dims } = matrix;
  for (let index = 0; index < data.length; index++) data[index] = (data[index] ?? 0) * (factors[index % dims[1]] ?? 1);
  return matrix;
}

export function isFinite(data: Float32Array): boolean {
  let sum = 0;
  // Nothing times zero is zero, but what is infinite or no number.
  for (let index = 0; index < data.length; index++) sum += (data[index] ?? 0) * 0;
  return sum === 0;
}

export function identity(size: number): Matrix {
  const data = new Float32Array(size * size);
  for (let index = 0; index < size; index++) data[index * size + index] = 1;
  return { data, dims: [size, size] };
}
