import { create } from '@bufbuild/protobuf';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from './onnx_pb';

export type ElementType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'string';

/** A name is a size known only at run time. */
export type Dimension = number | string;

export type TensorData = readonly number[] | readonly string[] | Uint8Array;

export const elementTypes: Readonly<Record<ElementType, DataType>> = {
  float64: DataType.DOUBLE,
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  uint8: DataType.UINT8,
  int8: DataType.INT8,
  int32: DataType.INT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
  string: DataType.STRING,
};

/** @param data numbers, texts, or the raw little-endian bytes of the element type. */
export function tensorProto(name: string, type: ElementType, dims: readonly number[], data: TensorData): TensorProto {
  const common = { name, dataType: elementTypes[type], dims: dims.map((size) => BigInt(size)) };
  if (data instanceof Uint8Array) return create(TensorProtoSchema, { ...common, rawData: data });
  if (type === 'string') return create(TensorProtoSchema, { ...common, stringData: data.map((item) => new TextEncoder().encode(String(item))) });
  return create(TensorProtoSchema, { ...common, rawData: littleEndian(type, data.map(Number)) });
}

/** Where the bytes of a tensor lie: a path below the root that the session is given, with `/` and without a leading one. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor whose bytes the runtime maps from a file. */
export function externalTensor(name: string, type: ElementType, dims: readonly number[], data: ExternalData): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypes[type],
    dims: dims.map((size) => BigInt(size)),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(data).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value: String(value) })),
  });
}

export function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'string' ? { case: 'dimParam', value: size } : { case: 'dimValue', value: BigInt(size) },
    }),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: { case: 'tensorType', value: { $typeName: 'onnx.TypeProto.Tensor', elemType: elementTypes[type], shape: create(TensorShapeProtoSchema, { dim }) } },
    }),
  });
}

function littleEndian(type: ElementType, values: readonly number[]): Uint8Array {
  const width = widths[type];
  if (width === undefined) throw new Error(`Values of ${type} have to be given as bytes.`);
  const view = new DataView(new ArrayBuffer(values.length * width));
  values.forEach((value, index) => {
    const at = index * width;
    if (type === 'float32') view.setFloat32(at, value, true);
    else if (type === 'int64') view.setBigInt64(at, BigInt(value), true);
    else if (type === 'int32') view.setInt32(at, value, true);
    else view.setUint8(at, value);
  });
  return new Uint8Array(view.buffer);
}

const widths: Readonly<Partial<Record<ElementType, number>>> = { float32: 4, int64: 8, int32: 4, uint8: 1, bool: 1 };
