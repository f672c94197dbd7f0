import { type Piece, ProtoMessage } from './protobuf-writer.ts';

/**
 * The few ONNX messages that a CvT graph needs, by the field numbers of onnx.proto (IR version 10, which opset 20 asks for).
 */
export const OPSET = 20;
const IR_VERSION = 10;

export type ElementType = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64' | 'float16';

/** TensorProto.DataType */
export const ELEMENT_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
};

/** Operators outside the standard's own domain, which only onnxruntime knows. */
export const CONTRIB_DOMAIN = 'com.microsoft';
const CONTRIB_VERSION = 1;

/** AttributeProto.AttributeType */
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

const DATA_LOCATION_EXTERNAL = 1;

export type AttributeValue =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Where an initializer's bytes are: in the model, or at a place in a file beside it. */
export type TensorData =
  | { readonly kind: 'inline'; readonly bytes: Piece }
  | { readonly kind: 'external'; readonly path: string; readonly offset: number; readonly byteLength: number };

export function tensorProto(
  name: string,
  elementType: ElementType,
  shape: readonly number[],
  data: TensorData,
): ProtoMessage {
  const tensor = new ProtoMessage();
  for (const size of shape) tensor.int(1, size);
  tensor.uint(2, ELEMENT_TYPES[elementType]).string(8, name);
  if (data.kind === 'inline') return tensor.bytes(9, data.bytes);
  tensor.message(13, entry('location', data.path));
  tensor.message(13, entry('offset', String(data.offset)));
  tensor.message(13, entry('length', String(data.byteLength)));
  return tensor.uint(14, DATA_LOCATION_EXTERNAL);
}

export function valueInfo(name: string, elementType: ElementType, shape: readonly number[]): ProtoMessage {
  const dims = new ProtoMessage();
  for (const size of shape) dims.message(1, new ProtoMessage().int(1, size));
  const tensorType = new ProtoMessage().uint(1, ELEMENT_TYPES[elementType]).message(2, dims);
  return new ProtoMessage().string(1, name).message(2, new ProtoMessage().message(1, tensorType));
}

export function nodeProto(
  opType: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes,
  domain = '',
): ProtoMessage {
  const node = new ProtoMessage();
  for (const input of inputs) node.string(1, input);
  for (const output of outputs) node.string(2, output);
  node.string(3, name).string(4, opType);
  for (const [key, value] of Object.entries(attributes)) node.message(5, attributeProto(key, value));
  if (domain !== '') node.string(7, domain);
  return node;
}

export function graphProto(
  name: string,
  parts: {
    readonly nodes: readonly ProtoMessage[];
    readonly initializers: readonly ProtoMessage[];
    readonly inputs: readonly ProtoMessage[];
    readonly outputs: readonly ProtoMessage[];
  },
): ProtoMessage {
  const graph = new ProtoMessage();
  for (const node of parts.nodes) graph.message(1, node);
  graph.string(2, name);
  for (const initializer of parts.initializers) graph.message(5, initializer);
  for (const input of parts.inputs) graph.message(11, input);
  for (const output of parts.outputs) graph.message(12, output);
  return graph;
}

/**
 * @param metadata free text that travels with the model (`metadata_props`)
 * @param usesContrib whether a node is of {@link CONTRIB_DOMAIN}; a model that runs anywhere does not name it
 */
export function modelProto(
  graph: ProtoMessage,
  metadata: Readonly<Record<string, string>>,
  usesContrib = false,
): ProtoMessage {
  const model = new ProtoMessage().uint(1, IR_VERSION).string(2, 'CvT Lens').message(7, graph);
  model.message(8, new ProtoMessage().string(1, '').uint(2, OPSET));
  if (usesContrib) model.message(8, new ProtoMessage().string(1, CONTRIB_DOMAIN).uint(2, CONTRIB_VERSION));
  for (const [key, value] of Object.entries(metadata)) model.message(14, entry(key, value));
  return model;
}

function attributeProto(name: string, value: AttributeValue): ProtoMessage {
  const attribute = new ProtoMessage().string(1, name);
  if ('float' in value) return attribute.float(2, value.float).uint(20, ATTRIBUTE_FLOAT);
  if ('int' in value) return attribute.int(3, value.int).uint(20, ATTRIBUTE_INT);
  if ('string' in value) return attribute.string(4, value.string).uint(20, ATTRIBUTE_STRING);
  for (const int of value.ints) attribute.int(8, int);
  return attribute.uint(20, ATTRIBUTE_INTS);
}

/** A StringStringEntryProto. */
function entry(key: string, value: string): ProtoMessage {
  return new ProtoMessage().string(1, key).string(2, value);
}
