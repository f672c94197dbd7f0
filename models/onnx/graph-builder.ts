import { encodeHalf, LARGEST_HALF } from '../bytes/half.ts';
import { CheckpointError } from '../errors.ts';
import {
  type Attributes,
  CONTRIB_DOMAIN,
  ELEMENT_TYPES,
  type ElementType,
  graphProto,
  modelProto,
  nodeProto,
  type TensorData,
  tensorProto,
  valueInfo,
} from './onnx-messages.ts';
import type { ProtoMessage } from './protobuf-writer.ts';

/** A tensor in the graph. Its shape is known while the graph is built, so a misfit shows at the line that makes it. */
export interface Value {
  readonly shape: readonly number[];
  readonly elementType: ElementType;
}

interface Node {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  readonly domain: string;
}

/** What a node gives where it gives several tensors, or one that is not float32. */
export interface OutputType {
  readonly shape: readonly number[];
  readonly elementType: ElementType;
}

/** What a graph computes in. */
export type FloatType = 'float32' | 'float16';

/**
 * An ONNX graph under construction. Nodes are added in order, values are referred to by object, and names are given when
 * the graph is written; the operators with their shape rules are in `ops.ts`.
 *
 * A graph in half precision is built by the same steps: whatever enters or leaves it is float32 and cast at the border, and float
 * constants are rounded when they are given.
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #initializers: { readonly value: Value; readonly data: TensorData }[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #names = new Map<Value, string>();
  readonly #integers = new Map<string, Value>();
  readonly #filled = new Map<string, Value>();
  #scope = '';
  readonly #floatType: FloatType;
  /** Stands for an optional input that is left out. */
  readonly absent: Value = this.#value([], 'float32', '');

  constructor(floatType: FloatType = 'float32') {
    this.#floatType = floatType;
  }

  /** Runs `build` with `name` in front of the names of the nodes that it adds. */
  scoped<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${name}/`;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  input(name: string, shape: readonly number[]): Value {
    const value = this.#value(shape, 'float32', name);
    this.#inputs.push(value);
    return this.#cast(value, this.#floatType);
  }

  /** Makes `value` an output of the graph under `name`. */
  output(name: string, value: Value): void {
    const output = this.#cast(value, 'float32');
    this.#names.set(output, name);
    this.#outputs.push(output);
  }

  /** The names of the outputs, in the order they were made. */
  get outputNames(): readonly string[] {
    return this.#outputs.map((value) => this.#names.get(value)!);
  }

  /** @throws CheckpointError `too-large-for-fp16` */
  initializer(name: string, shape: readonly number[], data: TensorData, elementType: ElementType = 'float32'): Value {
    const isRounded = elementType === 'float32' && this.#floatType === 'float16';
    const value = this.#value(shape, isRounded ? 'float16' : elementType, name);
    this.#initializers.push({ value, data: isRounded ? roundedData(name, data) : data });
    return value;
  }

  /** A small float constant that stands in the model itself. @param data kept until the model is written */
  floats(name: string, shape: readonly number[], data: Float32Array | readonly number[]): Value {
    return this.initializer(`${this.#scope}${name}`, shape, { kind: 'inline', bytes: float32Bytes(data) });
  }

  /** A constant full of one number. Equal ones are shared. */
  filled(number: number, shape: readonly number[]): Value {
    const name = `filled:${number}:${shape.join('x')}`;
    const known = this.#filled.get(name);
    if (known) return known;
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = float32Bytes(new Float32Array(count).fill(number));
    const value = this.initializer(name, shape, { kind: 'inline', bytes });
    this.#filled.set(name, value);
    return value;
  }

  /** An int64 vector, as shapes and axes are given to ONNX operators. Equal ones are shared. */
  integers(data: readonly number[]): Value {
    const key = data.join(',');
    const known = this.#integers.get(key);
    if (known) return known;
    const bytes = new Uint8Array(data.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [index, value] of data.entries()) view.setBigInt64(index * 8, BigInt(value), true);
    const value = this.initializer(`ints:${key}`, [data.length], { kind: 'inline', bytes }, 'int64');
    this.#integers.set(key, value);
    return value;
  }

  node(opType: string, inputs: readonly Value[], shape: readonly number[], attributes: Attributes = {}): Value {
    return this.nodes(opType, inputs, [shape], attributes)[0]!;
  }

  /** An operator with several outputs. */
  nodes(
    opType: string,
    inputs: readonly Value[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
  ): readonly Value[] {
    const outputs = shapes.map((shape): OutputType => ({ shape, elementType: this.#floatType }));
    return this.typedNode(opType, inputs, outputs, attributes);
  }

  /** @param domain the standard's own, or onnxruntime's */
  typedNode(
    opType: string,
    inputs: readonly Value[],
    outputTypes: readonly OutputType[],
    attributes: Attributes = {},
    domain: '' | typeof CONTRIB_DOMAIN = '',
  ): readonly Value[] {
    const name = `${this.#scope}${opType}_${this.#nodes.length}`;
    const outputs = outputTypes.map(({ shape, elementType }, index) =>
      this.#value(shape, elementType, index === 0 ? name : `${name}.${index}`),
    );
    this.#nodes.push({ opType, name, inputs, outputs, attributes, domain });
    return outputs;
  }

  /** The whole model as a message. @param metadata text that travels with it */
  build(graphName: string, metadata: Readonly<Record<string, string>>): ProtoMessage {
    const name = (value: Value): string => this.#names.get(value)!;
    const info = (value: Value): ProtoMessage => valueInfo(name(value), value.elementType, value.shape);
    const graph = graphProto(graphName, {
      nodes: this.#nodes.map((node) =>
        nodeProto(node.opType, node.name, node.inputs.map(name), node.outputs.map(name), node.attributes, node.domain),
      ),
      initializers: this.#initializers.map(({ value, data }) =>
        tensorProto(name(value), value.elementType, value.shape, data),
      ),
      inputs: this.#inputs.map(info),
      outputs: this.#outputs.map(info),
    });
    const usesContrib = this.#nodes.some(({ domain }) => domain === CONTRIB_DOMAIN);
    return modelProto(graph, metadata, usesContrib);
  }

  #cast(value: Value, elementType: FloatType): Value {
    if (value.elementType === elementType) return value;
    const to = { int: ELEMENT_TYPES[elementType] };
    return this.typedNode('Cast', [value], [{ shape: value.shape, elementType }], { to })[0]!;
  }

  #value(shape: readonly number[], elementType: ElementType, name: string): Value {
    const value: Value = { shape, elementType };
    this.#names.set(value, name);
    return value;
  }
}

/** ONNX raw data is little-endian, as are all machines that the runtime exists for. */
export function float32Bytes(data: Float32Array | readonly number[]): Uint8Array {
  const { buffer, byteOffset, byteLength } = data instanceof Float32Array ? data : Float32Array.from(data);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Float32 bytes as half precision's. */
function roundedData(name: string, data: TensorData): TensorData {
  if (data.kind === 'external' || !(data.bytes instanceof Uint8Array))
    throw new Error(`${name} is float32 in a file, and the graph is in half precision`);
  const numbers = new Float32Array(data.bytes.slice().buffer);
  const halves = encodeHalf(numbers);
  const at = halves.findIndex((half) => (half & 0x7c00) === 0x7c00);
  if (at >= 0)
    throw new CheckpointError(
      'too-large-for-fp16',
      `${name} holds ${numbers[at]}, and 16-bit floats end at ${LARGEST_HALF}. Use this model in 32 bits.`,
    );
  return { kind: 'inline', bytes: new Uint8Array(halves.buffer) };
}
