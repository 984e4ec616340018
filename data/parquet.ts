import { type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type BarColumn, type Bars, barColumns, mapColumns } from './bars.ts';
import { checkBars } from './check-bars.ts';
import { LabError } from './error.ts';
import { dayMs } from './instant.ts';

const mostRows = 20_000_000;

/** Names a column may carry, in any case, blanks, dots, dashes and underscores left out; the first that is there is taken. */
const names: Record<BarColumn, string[]> = {
  time: ['timestamp', 'opentime', 'datetime', 'time', 'date', 'index', 'indexlevel0'],
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['close'],
  volume: ['volume'],
};

/** Bars as a Parquet file, snappy; `time` is a UTC timestamp in milliseconds, the rest are doubles. */
export function writeParquet(bars: Bars): Uint8Array {
  const columnData = barColumns.map((name) => ({
    name,
    data: name === 'time' ? BigInt64Array.from(bars.time, BigInt) : bars[name],
    type: name === 'time' ? ('TIMESTAMP' as const) : ('DOUBLE' as const),
    nullable: false,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/**
 * Bars of a Parquet file (snappy or uncompressed). Time is a UTC timestamp of any unit, a date, or a number of epoch
 * milliseconds; a timestamp without zone is read only where it holds dates. Volume is 0 throughout where absent; other
 * columns are left alone. Throws `invalid_input`, by row where the fault is in one (rows from 1), `no_data`, and
 * `limit_exceeded`.
 */
export async function readParquet(bytes: Uint8Array): Promise<Bars> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = await orUnreadable(() => parquetMetadataAsync(file));
  const rows = Number(metadata.num_rows);
  if (rows > mostRows) throw new LabError('limit_exceeded', `The file has ${rows} rows; at most ${mostRows} are read.`);
  const found = findColumns(metadata);
  const bars = mapColumns((name) => new Float64Array(rows).fill(found.has(name) ? Number.NaN : 0));
  const targets = new Map([...found].map(([name, element]) => [element.name, bars[name]]));
  await orUnreadable(() =>
    parquetRead({
      file,
      metadata,
      columns: [...targets.keys()],
      parsers: epochMilliseconds,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const target = targets.get(columnName);
        for (let i = 0; target !== undefined && i < columnData.length; i++) target[rowStart + i] = plain(columnData[i]);
      },
    }),
  );
  checkBars(bars, 'The Parquet file');
  checkClock(bars, found.get('time'));
  return bars;
}

const epochMilliseconds = {
  timestampFromMilliseconds: (time: bigint) => Number(time),
  timestampFromMicroseconds: (time: bigint) => Number(time) / 1000,
  timestampFromNanoseconds: (time: bigint) => Number(time / 1000n) / 1000,
  dateFromDays: (days: number) => days * dayMs,
};

function plain(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

function findColumns(metadata: FileMetaData): Map<BarColumn, SchemaElement> {
  const elements = parquetSchema(metadata).children.map((child) => child.element);
  const plainName = ({ name }: SchemaElement) => name.toLowerCase().replace(/[\s._-]/g, '');
  const found = new Map<BarColumn, SchemaElement>();
  for (const column of barColumns) {
    const name = names[column].find((candidate) => elements.some((element) => plainName(element) === candidate));
    const matching = elements.filter((element) => plainName(element) === name);
    if (matching.length > 1) throw badColumns(`two columns are called ${name}`, elements);
    if (matching.length === 1) found.set(column, matching[0]);
    else if (column !== 'volume') throw badColumns(`no column is called ${column}`, elements);
  }
  return found;
}

function badColumns(what: string, elements: SchemaElement[]): LabError {
  const present = elements.slice(0, 20).map(({ name }) => name.slice(0, 40));
  return new LabError('invalid_input', `The Parquet file cannot be used: ${what}. It has ${present.join(', ')}.`, {
    hint: 'Name the columns time, open, high, low, close and volume.',
  });
}

/** Below it, milliseconds would all lie in early 1970: a plain number is taken for seconds and refused. */
const latestSeconds = Date.UTC(2200, 0, 1) / 1000;

function checkClock({ time }: Bars, element: SchemaElement | undefined): void {
  const type = element?.logical_type;
  const local = type?.type === 'TIMESTAMP' && !type.isAdjustedToUTC;
  if (local && time.some((instant) => instant % dayMs !== 0)) {
    throw badTimes('have no time zone', 'Write the column as UTC timestamps.');
  }
  const untyped = type === undefined && element?.converted_type === undefined && element?.type !== 'INT96';
  if (untyped && time[0] >= 0 && time[time.length - 1] < latestSeconds) {
    throw badTimes('look like seconds', 'Write the column as UTC timestamps or as epoch milliseconds.');
  }
}

function badTimes(what: string, hint: string): LabError {
  return new LabError('invalid_input', `The Parquet file cannot be used: its times ${what}.`, { hint });
}

/** Whatever the reader throws at bytes that it cannot make sense of is the file's fault. */
async function orUnreadable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new LabError('invalid_input', `This is not a Parquet file that can be read: ${reason}`, {
      hint: 'Write it with snappy or no compression, or use CSV.',
      cause,
    });
  }
}
