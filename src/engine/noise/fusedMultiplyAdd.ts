/** `a · b + c` of float32 values, rounded once to float32, as one FMA instruction does it. */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  // 24 + 24 bits fit into a double: the product is exact, only the sum may be rounded.
  const product = a * b;
  const sum = product + c;
  double[0] = sum;
  if (((words[0] ?? 0) & 0x1fffffff) !== 0x10000000) return Math.fround(sum);
  // The rounded sum lies halfway between two floats: what the sum lost decides the direction.
  const part = sum - product;
  const lost = product - (sum - part) + (c - part);
  if (lost === 0) return Math.fround(sum);
  words[0] = (words[0] ?? 0) + (lost > 0 === sum > 0 ? 1 : -1);
  return Math.fround(double[0]);
}

const double = new Float64Array(1);
/** The low word comes first on every processor that Node runs on but s390x, which has no ONNX Runtime. */
const words = new Uint32Array(double.buffer);
