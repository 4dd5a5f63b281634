import { sizeOf, type Layout, type MadeTensor } from './madeTensor';

/** The parameters of a component, all zero but the norms, to be filled in by name: for checkpoints whose weights are worked out by hand. */
export class WeightSheet {
  private readonly tensors: ReadonlyMap<string, MadeTensor>;

  constructor(layout: Layout) {
    const entries = [...layout].map(([name, shape]) => {
      const values = new Float32Array(sizeOf(shape));
      if (isNorm(name)) values.fill(1);
      return [name, { name, shape, values }] as const;
    });
    this.tensors = new Map(entries);
  }

  all(): MadeTensor[] {
    return [...this.tensors.values()];
  }

  fill(name: string, value: number): void {
    this.tensor(name).values.fill(value);
  }

  /** One entry of a linear layer's weight. */
  weight(layer: string, row: number, column: number, value: number): void {
    const { shape, values } = this.tensor(`${layer}.weight`);
    const [rows = 0, columns = 0] = shape;
    if (row >= rows || column >= columns) throw new RangeError(`${layer} is ${rows} by ${columns}; there is no ${row}, ${column}.`);
    values[row * columns + column] = value;
  }

  add(layer: string, row: number, column: number, value: number): void {
    const { shape, values } = this.tensor(`${layer}.weight`);
    const at = row * (shape[1] ?? 0) + column;
    values[at] = (values[at] ?? 0) + value;
  }

  bias(layer: string, row: number, value: number): void {
    this.vector(`${layer}.bias`, row, value);
  }

  vector(name: string, index: number, value: number): void {
    const { values } = this.tensor(name);
    if (index >= values.length) throw new RangeError(`${name} has ${values.length} entries; there is no ${index}.`);
    values[index] = value;
  }

  /** One tap of a convolution. Of the taps over time only the last one sees a single picture. */
  tap(layer: string, output: number, input: number, row: number, column: number, value: number): void {
    const { shape, values } = this.tensor(`${layer}.weight`);
    const [, inputs = 0] = shape;
    const [times, rows, columns] = shape.length === 5 ? [shape[2] ?? 1, shape[3] ?? 1, shape[4] ?? 1] : [1, shape[2] ?? 1, shape[3] ?? 1];
    values[(((output * inputs + input) * times + times - 1) * rows + row) * columns + column] = value;
  }

  /** The tap in the middle. */
  centre(layer: string, output: number, input: number, value: number): void {
    const { shape } = this.tensor(`${layer}.weight`);
    this.tap(layer, output, input, ((shape.at(-2) ?? 1) - 1) / 2, ((shape.at(-1) ?? 1) - 1) / 2, value);
  }

  shape(name: string): readonly number[] {
    return this.tensor(name).shape;
  }

  names(pattern: RegExp): string[] {
    return [...this.tensors.keys()].filter((name) => pattern.test(name));
  }

  private tensor(name: string): MadeTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new RangeError(`There is no ${name}.`);
    return tensor;
  }
}

function isNorm(name: string): boolean {
  return /norm[^.]*\.weight$|ln_q\.weight$|gamma$/.test(name);
}
