import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtobufMessage } from '@stratlab/models/exports/protobuf.ts';
import fc from 'fast-check';

test('the examples of the format description', () => {
  assert.equal(hex(new ProtobufMessage().integer(1, 150)), '089601');
  assert.equal(hex(new ProtobufMessage().text(2, 'testing')), '120774657374696e67');
  assert.equal(hex(new ProtobufMessage().message(3, new ProtobufMessage().integer(1, 150))), '1a03089601');
  assert.equal(hex(new ProtobufMessage().integers(6, [3, 270, 86942])), '3206038e029ea705');
  assert.equal(hex(new ProtobufMessage().integer(1, -2)), '08feffffffffffffffff01');
});

const field = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const integer = fc.maxSafeInteger();

type Written =
  | { field: number; integer: number }
  | { field: number; text: string }
  | { field: number; bytes: Uint8Array }
  | { field: number; integers: number[] };

test('every integer, text and byte string comes back from an independent reader', () => {
  const fields = fc.array(
    fc.oneof<fc.Arbitrary<Written>[]>(
      fc.record({ field, integer }, { noNullPrototype: true }),
      fc.record({ field, text: fc.string({ unit: 'binary', maxLength: 300 }) }, { noNullPrototype: true }),
      fc.record({ field, bytes: fc.uint8Array({ maxLength: 300 }) }, { noNullPrototype: true }),
      fc.record({ field, integers: fc.array(integer, { maxLength: 50 }) }, { noNullPrototype: true }),
    ),
  );
  fc.assert(
    fc.property(fields, (all) => {
      const message = new ProtobufMessage();
      for (const one of all) {
        if ('integer' in one) message.integer(one.field, one.integer);
        else if ('text' in one) message.text(one.field, one.text);
        else if ('bytes' in one) message.bytes(one.field, one.bytes);
        else message.integers(one.field, one.integers);
      }
      const outer = new ProtobufMessage().message(7, message).finish();
      assert.equal(message.finish().length, message.length);
      const [{ value: inner }] = read(outer);
      assert(inner instanceof Uint8Array);
      const back = read(inner);
      assert.deepEqual(
        back.map((one) => one.field),
        all.map((one) => one.field),
      );
      all.forEach((one, k) => {
        assert.deepEqual(meant(back[k].value, one), one);
      });
    }),
  );
});

test('a large tensor is joined once and whole', () => {
  const bytes = new Uint8Array(3 << 20).map((_, i) => i);
  const deep = [1, 2, 3].reduce(
    (inner, at) => new ProtobufMessage().message(at, inner),
    new ProtobufMessage().bytes(9, bytes),
  );
  let value: bigint | Uint8Array = deep.finish();
  for (let depth = 0; depth < 4; depth++) {
    assert(value instanceof Uint8Array);
    value = read(value)[0].value;
  }
  assert.deepEqual(value, bytes);
});

/** A value that was read, as it was written in `one`. */
function meant(value: bigint | Uint8Array, one: Written): Written {
  const { field: at } = one;
  if ('integer' in one) return { field: at, integer: Number(value) };
  assert(value instanceof Uint8Array);
  if ('text' in one) return { field: at, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(value) };
  return 'bytes' in one ? { field: at, bytes: value } : { field: at, integers: varints(value).map(Number) };
}

function hex(message: ProtobufMessage): string {
  return Buffer.from(message.finish()).toString('hex');
}

function read(bytes: Uint8Array): { field: number; value: bigint | Uint8Array }[] {
  const fields: { field: number; value: bigint | Uint8Array }[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    const first = varint(bytes, tag.next);
    const isBytes = (tag.value & 7n) === 2n;
    at = first.next + (isBytes ? Number(first.value) : 0);
    assert.ok(at <= bytes.length, 'a field reaches beyond its message');
    const value = isBytes ? bytes.slice(first.next, at) : BigInt.asIntN(64, first.value);
    fields.push({ field: Number(tag.value >> 3n), value });
  }
  return fields;
}

function varints(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, next } = varint(bytes, at);
    values.push(BigInt.asIntN(64, value));
    at = next;
  }
  return values;
}

function varint(bytes: Uint8Array, from: number): { value: bigint; next: number } {
  let value = 0n;
  let next = from;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[next++];
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next };
  }
}
