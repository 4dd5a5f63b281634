import type { GraphBuilder, Value } from '../../src/engine/graph/graphBuilder';

/** Arithmetic on pictures [1, channels, height, width] inside a graph. */
export class Drawing {
  /** -1 at the left edge to 1 at the right, [1, 1, 1, width]. */
  readonly x: Value;
  /** -1 at the top to 1 at the bottom, [1, 1, height, 1]. */
  readonly y: Value;
  /** In pixels. */
  readonly column: Value;
  readonly row: Value;
  private readonly size: Value;

  constructor(
    private readonly graph: GraphBuilder,
    image: Value,
  ) {
    this.size = graph.op('Shape', [image], { name: 'size' });
    this.column = graph.scope('x', () => this.positions(3, [1, 1, 1, -1]));
    this.row = graph.scope('y', () => this.positions(2, [1, 1, -1, 1]));
    this.x = graph.scope('x', () => this.centred(this.column, 3));
    this.y = graph.scope('y', () => this.centred(this.row, 2));
  }

  number(value: number): Value {
    return this.graph.scalar('number', value);
  }

  colour(rgb: readonly [number, number, number]): Value {
    return this.graph.floats('colour', rgb, [1, 3, 1, 1]);
  }

  plus(left: Value, right: Value): Value {
    return this.graph.op('Add', [left, right]);
  }

  minus(left: Value, right: Value): Value {
    return this.graph.op('Sub', [left, right]);
  }

  times(left: Value, right: Value): Value {
    return this.graph.op('Mul', [left, right]);
  }

  over(left: Value, right: Value): Value {
    return this.graph.op('Div', [left, right]);
  }

  scaled(value: Value, factor: number): Value {
    return this.times(value, this.number(factor));
  }

  squared(value: Value): Value {
    return this.times(value, value);
  }

  absolute(value: Value): Value {
    return this.graph.op('Abs', [value]);
  }

  sine(value: Value): Value {
    return this.graph.op('Sin', [value]);
  }

  floor(value: Value): Value {
    return this.graph.op('Floor', [value]);
  }

  atLeast(value: Value, minimum: number): Value {
    return this.graph.op('Max', [value, this.number(minimum)]);
  }

  /** Between 0 and 1. */
  clipped(value: Value): Value {
    return this.graph.op('Clip', [value, this.number(0), this.number(1)]);
  }

  /** `from` where `share` is 0, `to` where it is 1. */
  mix(from: Value, to: Value, share: Value): Value {
    return this.plus(from, this.times(this.minus(to, from), share));
  }

  /** Mean over a square of an odd side. */
  blurred(value: Value, side: number): Value {
    const pad = (side - 1) / 2;
    return this.graph.op('AveragePool', [value], { attributes: { kernel_shape: [side, side], pads: [pad, pad, pad, pad], strides: [1, 1], count_include_pad: 0 } });
  }

  /** Mean over squares of a side, smooth between them: a wide blur at little cost. */
  coarse(value: Value, side: number): Value {
    const means = this.graph.op('AveragePool', [value], { attributes: { kernel_shape: [side, side], strides: [side, side], ceil_mode: 1, count_include_pad: 0 } });
    const size = this.graph.op('Concat', [this.graph.integers('one', [1, 1]), this.wholeSize()], { attributes: { axis: 0 } });
    return this.graph.op('Resize', [means, undefined, undefined, size], { attributes: { mode: 'linear' } });
  }

  overColours(reduction: 'ReduceMax' | 'ReduceMean', value: Value): Value {
    return this.graph.op(reduction, [value, this.graph.integers('axes', [1])], { attributes: { keepdims: 1 } });
  }

  /** Mean of the columns `from` to `to`, for each row. */
  columns(image: Value, from: number, to: number): Value {
    const slice = this.graph.op('Slice', [image, this.graph.integers('from', [from]), this.graph.integers('to', [to]), this.graph.integers('axes', [3])]);
    return this.graph.op('ReduceMean', [slice, this.graph.integers('axes', [3])], { attributes: { keepdims: 1 } });
  }

  /** Three scalars as a colour. */
  stack(channels: readonly Value[]): Value {
    return this.graph.op('Concat', channels, { attributes: { axis: 1 } });
  }

  /** One number as [1, 1, 1, 1]. */
  reshaped(value: Value): Value {
    return this.graph.op('Reshape', [value, this.graph.integers('shape', [1, 1, 1, 1])]);
  }

  /** The picture as seen at the positions, both from -1 to 1; the edges go on outside. */
  sampled(image: Value, x: Value, y: Value): Value {
    const shape = this.graph.op('Concat', [this.graph.integers('one', [1, 1]), this.wholeSize()], { attributes: { axis: 0 } });
    const planes = [x, y].map((plane) => this.graph.op('Expand', [plane, shape]));
    const stacked = this.graph.op('Concat', planes, { attributes: { axis: 1 } });
    const grid = this.graph.op('Transpose', [stacked], { attributes: { perm: [0, 2, 3, 1] } });
    return this.graph.op('GridSample', [image, grid], { attributes: { mode: 'linear', padding_mode: 'border', align_corners: 1 } });
  }

  private positions(axis: number, shape: readonly number[]): Value {
    const range = this.graph.op('Range', [this.number(0), this.length(axis), this.number(1)]);
    return this.graph.op('Reshape', [range, this.graph.integers('shape', shape)]);
  }

  private centred(positions: Value, axis: number): Value {
    const last = this.atLeast(this.minus(this.length(axis), this.number(1)), 1);
    return this.minus(this.scaled(this.over(positions, last), 2), this.number(1));
  }

  private wholeSize(): Value {
    return this.graph.op('Slice', [this.size, this.graph.integers('from', [2]), this.graph.integers('to', [4])]);
  }

  private length(axis: number): Value {
    const size = this.graph.op('Gather', [this.size, this.graph.constant('axis', 'int64', [], [axis])], { attributes: { axis: 0 } });
    return this.graph.op('Cast', [size], { attributes: { to: 1 } });
  }
}
