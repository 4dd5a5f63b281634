import { create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType as AttributeType, AttributeProtoSchema, type AttributeProto } from './onnx_pb';

/** Numbers are integers unless wrapped: JavaScript cannot tell 1 from 1.0, ONNX does. */
export type AttributeValue = number | string | readonly number[] | readonly string[] | { readonly float: number } | { readonly floats: readonly number[] };

const encoder = new TextEncoder();

export function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: encoder.encode(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('floats' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...value.floats] });
  if (value.every((item) => typeof item === 'string')) {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRINGS, strings: value.map((item) => encoder.encode(item)) });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map((item) => BigInt(item)) });
}
