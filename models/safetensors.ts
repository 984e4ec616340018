import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';
import { parseStrictJson } from './strict-json.ts';

/** A named array of doubles with its shape, row-major. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const maxHeaderBytes = 1 << 20;
const maxFileBytes = 1 << 30;

const headerSchema = z.record(
  z.string().min(1).max(200),
  z.strictObject({
    dtype: z.literal('F64'),
    shape: z.array(z.int().min(0)).max(8),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

/**
 * The safetensors format (huggingface/safetensors): the header's length as a little-endian u64, a JSON header padded
 * with spaces to a multiple of 8, then the values. Ours is doubles only, tensors in the order given, without gaps.
 * `metadata` is for other programs: what has it is not read back here.
 */
export function writeSafetensors(tensors: readonly Tensor[], metadata?: Readonly<Record<string, string>>): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const from = offset;
    offset += values.length * 8;
    return [name, { dtype: 'F64', shape, data_offsets: [from, offset] }];
  });
  const described = metadata === undefined ? {} : { __metadata__: metadata };
  const json = new TextEncoder().encode(JSON.stringify({ ...described, ...Object.fromEntries(entries) }));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  let at = 8 + headerBytes;
  for (const { values } of tensors) {
    for (const value of values) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return file;
}

/**
 * Reads what `writeSafetensors` writes. Strict: any other type than F64, a gap, an overlap, a shape that does not fit
 * its data, a value that is not finite, or a missing or surplus byte is a `corrupt` error that names `source`.
 */
export function readSafetensors(file: Uint8Array, source: string): Tensor[] {
  if (file.length > maxFileBytes)
    throw corrupt(source, `it has ${file.length} bytes, at most ${maxFileBytes} are read`);
  if (file.length < 8) throw corrupt(source, `it has ${file.length} bytes, too few for a header`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(Math.min(maxHeaderBytes, file.length - 8))) {
    throw corrupt(source, `it claims a header of ${headerBytes} bytes`);
  }
  const dataStart = 8 + Number(headerBytes);
  const header = parseHeader(file.subarray(8, dataStart), source);
  let expected = 0;
  const tensors = Object.entries(header).map(
    ([
      name,
      {
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      if (from !== expected || to - from !== count * 8) throw corrupt(source, `the extent of "${name}" does not fit`);
      expected = to;
      return { name, shape, count, start: dataStart + from };
    },
  );
  if (dataStart + expected !== file.length) {
    throw corrupt(source, `it has ${file.length} bytes where its header describes ${dataStart + expected}`);
  }
  return tensors.map(({ name, shape, count, start }) => ({ name, shape, values: doubles(view, start, count, source) }));
}

function parseHeader(bytes: Uint8Array, source: string): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(parseStrictJson(bytes));
  } catch (cause) {
    throw corrupt(source, 'its header is not one of ours', cause);
  }
}

function doubles(view: DataView, start: number, count: number, source: string): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = view.getFloat64(start + 8 * i, true);
    if (!Number.isFinite(values[i])) throw corrupt(source, `value ${i} is not finite`);
  }
  return values;
}

function corrupt(source: string, what: string, cause?: unknown): LabError {
  return new LabError('corrupt', `${source} is not a readable safetensors file: ${what}.`, { cause });
}
