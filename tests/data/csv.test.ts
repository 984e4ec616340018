import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bars, barColumns } from '@stratlab/data/bars.ts';
import { parseCsv } from '@stratlab/data/csv.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';

const header = 'timestamp,open,high,low,close,volume';

function parse(text: string, timeframe: Timeframe = '1h', repair = false) {
  return parseCsv(Buffer.from(text), { timeframe, repair });
}

function refusal(text: string, timeframe: Timeframe = '1h', repair = false): LabError {
  try {
    parse(text, timeframe, repair);
  } catch (error) {
    assert.ok(error instanceof LabError);
    assert.equal(error.code, 'invalid_input');
    return error;
  }
  throw new assert.AssertionError({ message: `was read: ${text.slice(0, 200)}` });
}

function paths(error: LabError): string[] {
  return (error.problems ?? []).map((problem) => problem.path);
}

function rows(bars: Bars): number[][] {
  return Array.from(bars.time, (_, i) => barColumns.map((name) => bars[name][i]));
}

const noon = Date.UTC(2020, 0, 31, 12);

describe('parseCsv', () => {
  it('reads columns in any order and case and leaves other columns alone', () => {
    const { bars, repairs } = parse(
      'Symbol;CLOSE;High;low;O;Adj Close;Vol.;Open Time\r\n"x;""y";4;5;1;2;3.9;7;2020-01-31T12:00:00Z\r\n',
    );
    assert.deepEqual(rows(bars), [[noon, 2, 5, 1, 4, 7]]);
    assert.deepEqual(repairs, []);
  });

  it('takes a column without a name for the time, and no volume for 0', () => {
    assert.deepEqual(rows(parse('\tOpen\tHigh\tLow\tClose\n2020-01-31 12:00Z\t1\t1\t1\t1\n').bars), [
      [noon, 1, 1, 1, 1, 0],
    ]);
  });

  it('reads a last line without a line end and passes over blank lines at the end', () => {
    assert.equal(parse(`${header}\n2020-01-31T12:00:00Z,1,1,1,1,0`).bars.time.length, 1);
    assert.equal(parse(`${header}\n2020-01-31T12:00:00Z,1,1,1,1,0\r\n\r\n\n`).bars.time.length, 1);
  });

  const instants: [text: string, timeframe: Timeframe, epochMs: number][] = [
    ['2020-01-31T12:00:00Z', '1h', noon],
    ['2020-01-31 12:00:00Z', '1h', noon],
    ['2020-01-31T12:00:00.250Z', '1h', noon + 250],
    ['2020-01-31T12:00:00.000000Z', '1h', noon],
    ['2020-01-31 12:00:00+00:00', '1h', noon],
    ['2020-01-31T07:00:00-05:00', '1h', noon],
    ['2020-01-31T17:30:00+0530', '1h', noon],
    ['2020-01-31 12:00 UTC', '1h', noon],
    [`"${noon / 1000}"`, '1h', noon],
    [`${noon / 1000}.0`, '1h', noon],
    [`${noon}`, '1h', noon],
    [`${noon}000`, '1h', noon],
    ['2000-02-29', '1d', Date.UTC(2000, 1, 29)],
    ['1969-12-31', '1w', Date.UTC(1969, 11, 31)],
    ['2020-01-31 00:00:00', '1d', Date.UTC(2020, 0, 31)],
    ['2020-01-31T00:00:00Z', '1d', Date.UTC(2020, 0, 31)],
  ];
  for (const [text, timeframe, epochMs] of instants) {
    it(`reads the time ${text} of a ${timeframe} bar`, () => {
      assert.equal(parse(`time,o,h,l,c\n${text},1,1,1,1\n`, timeframe).bars.time[0], epochMs);
    });
  }

  const noInstants: [text: string, timeframe: Timeframe][] = [
    ['2020-01-31T12:00:00', '1h'],
    ['2020-01-31', '1h'],
    ['2020-01-31T25:00:00Z', '1h'],
    ['2020-01-31T12:60:00Z', '1h'],
    ['2020-02-30T12:00:00Z', '1h'],
    ['01/31/2020', '1d'],
    ['2019-02-29', '1d'],
    ['20200131', '1d'],
    ['2020-01-31T16:00:00Z', '1d'],
    ['2020-01-31T00:00:00-05:00', '1d'],
    ['1580472000000000000', '1h'],
    ['12', '1h'],
    ['', '1h'],
  ];
  for (const [text, timeframe] of noInstants) {
    it(`refuses the time "${text}" of a ${timeframe} bar`, () => {
      const error = refusal(`${header}\n${text},1,1,1,1,1\n`, timeframe);
      assert.deepEqual(paths(error), ['line 2']);
      assert.match(error.problems?.[0].message ?? '', /time/);
      assert.ok(error.problems?.[0].hint);
    });
  }

  for (const cell of [
    '',
    ' ',
    'NaN',
    'nan',
    'null',
    'inf',
    '-Infinity',
    '1e999',
    '0x10',
    '1_000',
    '8064.',
    '.',
    '-',
    '+',
    '1,5',
    '$5',
    '1 000',
    'e5',
    '--1',
  ]) {
    it(`refuses the number "${cell}"`, () => {
      const error = refusal(`${header}\n2020-01-31T12:00:00Z,1,1,1,"${cell}",1\n`);
      assert.deepEqual(paths(error), ['line 2']);
      assert.match(error.problems?.[0].message ?? '', /close/);
    });
  }

  it('reads every finite number to the bits of Number(text)', () => {
    const decimals = fc.stringMatching(/^[+-]?[0-9]{1,24}(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,2})?$/);
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
    fc.assert(
      fc.property(fc.oneof(decimals, doubles, fc.constantFrom('0', '-0', '.5', '-0.0')), (text) => {
        const { bars } = parse(`${header}\n2020-01-31T12:00:00Z,${text},1,1,1,1\n`);
        assert.ok(Object.is(bars.open[0], Number(text)), text);
      }),
    );
  });

  it('reads back the same bits in every dialect', () => {
    const price = fc.double({ noNaN: true, noDefaultInfinity: true });
    const steps = fc.array(
      fc.record({ step: fc.integer({ min: 1, max: 1000 }), prices: fc.array(price, { minLength: 5, maxLength: 5 }) }),
      { minLength: 1, maxLength: 30 },
    );
    const dialect = fc.record({
      separator: fc.constantFrom(',', ';', '\t'),
      end: fc.constantFrom('\n', '\r\n'),
      bom: fc.constantFrom('', '\ufeff'),
      quote: fc.constantFrom('', '"'),
      last: fc.boolean(),
      order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
      time: fc.constantFrom<(ms: number) => string>(
        String,
        (ms) => String(ms * 1000),
        (ms) => new Date(ms).toISOString(),
        (ms) => new Date(ms).toISOString().replace('T', ' ').replace('.000Z', '+00:00'),
        (ms) => new Date(ms + 5.5 * 3_600_000).toISOString().replace('.000Z', '+05:30'),
      ),
    });
    fc.assert(
      fc.property(steps, dialect, (bars, { separator, end, bom, quote, last, order, time }) => {
        let now = noon;
        const table = bars.map(({ step, prices }) => {
          now += step * 3_600_000;
          return [now, ...prices];
        });
        const line = (cells: string[]) => order.map((k) => quote + cells[k] + quote).join(separator);
        const lines = [line([...barColumns]), ...table.map(([at, ...prices]) => line([time(at), ...prices.map(bits)]))];
        const read = parse(bom + lines.join(end) + (last ? end : ''));
        assert.deepEqual(rows(read.bars), table);
      }),
    );
  });

  it('names every damaged line up to 20 and counts the others', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${noon + i * 3_600_000},1,x,1,1,1`);
    const error = refusal([header, ...lines].join('\n'));
    assert.equal(error.problems?.length, 20);
    assert.equal(error.problems?.[0].path, 'line 2');
    assert.match(error.message, /50 problems/);
  });

  it('refuses rows out of order and duplicates, and mends them only when told, saying so', () => {
    const text = `${header}\n2020-01-03,3,3,3,3,3\n2020-01-01,1,1,1,1,1\n2020-01-02,2,2,2,2,2\n2020-01-02,2,2,2,2,2\n2020-01-04,4,4,4,4,4\n`;
    assert.deepEqual(paths(refusal(text, '1d')), ['line 3', 'line 4', 'line 5', 'line 5']);
    const { bars, repairs } = parse(text, '1d', true);
    assert.deepEqual([...bars.close], [1, 2, 3, 4]);
    assert.deepEqual(
      repairs.map(({ rule, line }) => `${rule} ${line}`),
      ['out_of_order 3', 'out_of_order 4', 'out_of_order 5', 'duplicate_timestamps 5'],
    );
  });

  it('reports a file that runs backwards once', () => {
    const text = `${header}\n2020-01-03,3,3,3,3,3\n2020-01-02,2,2,2,2,2\n2020-01-01,1,1,1,1,1\n`;
    assert.deepEqual(paths(refusal(text, '1d')), ['line 3']);
    const { bars, repairs } = parse(text, '1d', true);
    assert.deepEqual([...bars.close], [1, 2, 3]);
    assert.equal(repairs.length, 1);
  });

  it('refuses two rows of one time with other numbers even when told to mend', () => {
    const text = `${header}\n2020-01-01,1,1,1,1,1\n2020-01-01,1,1,1,2,1\n`;
    const error = refusal(text, '1d', true);
    assert.deepEqual(paths(error), ['line 3']);
    assert.match(error.message, /line 2.*close 2 instead of 1/);
  });

  it('stores implausible prices as they stand, for the quality rules to judge', () => {
    assert.deepEqual(rows(parse(`${header}\n${noon},-1,0,5,9,-3\n`).bars), [[noon, -1, 0, 5, 9, -3]]);
  });

  it('takes the volume in units of the instrument where the symbol tells which', () => {
    const columns = 'unix,symbol,open,high,low,close,Volume USDT,Volume BTC';
    assert.equal(parse(`${columns}\n${noon},BTC/USDT,1,1,1,1,900,3\n`).bars.volume[0], 3);
    assert.match(refusal(`${columns}\n${noon},?,1,1,1,1,900,3\n`).message, /could be the volume/);
  });

  it('refuses a header that names a column twice or not at all', () => {
    assert.match(refusal('Date,Close,Open,High,Low,close\n').message, /more than one column close/);
    assert.match(refusal('Date,Close/Last,Open,High,Low\n').message, /no column close; found .*"Close\/Last"/);
    assert.match(refusal('1,2,3,4,5\n').message, /no column time, open/);
  });

  it('refuses bars that are closer together than the timeframe says', () => {
    const minutes = Array.from({ length: 9 }, (_, i) => `${noon + i * 60_000},1,1,1,1,1\n`).join('');
    assert.equal(refusal(`${header}\n${minutes}`).path, 'timeframe');
  });

  for (const [what, bytes] of [
    ['nothing', []],
    ['gzip', [0x1f, 0x8b, 8]],
    ['UTF-16', [0xff, 0xfe, 0x74, 0]],
    ['Parquet', [...Buffer.from('PAR1')]],
    ['column names only', [...Buffer.from(`${header}\n`)]],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseCsv(Uint8Array.from(bytes), { timeframe: '1d' }), LabError);
    });
  }

  it('answers garbage with a refusal and nothing else', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.stringMatching(/^[0-9,;"\n\r.TZ:\t -]{0,200}$/).map(Buffer.from),
    );
    const start = fc.constantFrom('', `${header}\n`, `${header}\r\n`, 'time\to\th\tl\tc\n', '\ufefft;o;h;l;c\n');
    fc.assert(
      fc.property(
        start,
        garbage,
        fc.constantFrom<Timeframe>('1m', '1d'),
        fc.boolean(),
        (first, rest, timeframe, repair) => {
          try {
            const { bars } = parseCsv(Buffer.concat([Buffer.from(first), rest]), { timeframe, repair });
            for (const name of barColumns) assert.ok(bars[name].every(Number.isFinite));
          } catch (error) {
            if (!(error instanceof LabError)) throw error;
          }
        },
      ),
    );
  });
});

/** As `String`, but keeping the sign of zero. */
function bits(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
