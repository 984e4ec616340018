const wire = { varint: 0, bytes: 2 } as const;

/**
 * Writes one message of the protocol buffers wire format (protobuf.dev, "Encoding"). Fields appear in the order of the
 * calls. Bytes are kept by reference until `finish` joins them, so that large tensors are copied once.
 */
export class ProtobufMessage {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Bytes of the message so far. */
  get length(): number {
    return this.#length;
  }

  /** An int64: a negative number takes ten bytes. */
  integer(field: number, value: number): this {
    return this.#tag(field, wire.varint).#append(varint(value));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, wire.bytes).#append(varint(value.length)).#append(value);
  }

  message(field: number, inner: ProtobufMessage): this {
    this.#tag(field, wire.bytes).#append(varint(inner.length));
    for (const chunk of inner.#chunks) this.#append(chunk);
    return this;
  }

  /** A repeated int64, packed. */
  integers(field: number, values: Iterable<number>): this {
    const packed = new ProtobufMessage();
    for (const value of values) packed.#append(varint(value));
    return this.message(field, packed);
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  #tag(field: number, type: number): this {
    return this.#append(varint(field * 8 + type));
  }

  #append(bytes: Uint8Array): this {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

/** Seven bits a byte, lowest first, the top bit set on all but the last; negative numbers as 64-bit two's complement. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
