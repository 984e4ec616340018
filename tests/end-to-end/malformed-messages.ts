import fc from 'fast-check';

type Json = Record<string, unknown>;

/** What a message is bent out of: calls that a client of either era makes. */
const sound: readonly Json[] = [
  { method: 'tools/call', params: { name: 'list_market_data', arguments: { limit: 2 } } },
  { method: 'tools/call', params: { name: 'get_task_status', arguments: {}, _meta: { progressToken: 1 } } },
  { method: 'tools/list', params: {} },
  { method: 'prompts/get', params: { name: 'research_session', arguments: { theme: 'trend' } } },
  { method: 'resources/read', params: { uri: 'lab://guide' } },
  { method: 'tasks/get', params: { taskId: 'task_none' } },
  { method: 'notifications/cancelled', params: { requestId: 1 } },
  { method: 'ping' },
].map((message) => ({ jsonrpc: '2.0', id: 7, ...message }));

const values: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, '', 'x', '2.0', '\ud800', '\u0000', '__proto__'],
  ...[[], {}, [[]], [1, 'a', null], { toString: 1 }, { constructor: { prototype: 1 } }, 'y'.repeat(20_000)],
];

const methods = [
  ...['', 'nothing', 'tools', 'tools/', 'tools/call/', '__proto__', 'constructor', 'toString', 'initialize'],
  ...['notifications/nothing', 'notifications/initialized', 'notifications/progress', 'server/discover'],
  ...[
    'tasks/cancel',
    'tasks/update',
    'tasks/list',
    'subscriptions/listen',
    'sampling/createMessage',
    'logging/setLevel',
  ],
];

/** Lines that are told apart from messages, or from sound ones, by one thing each. */
const corpus: readonly string[] = [
  ...['', ' ', '{', '}', '[', ']', '{}', '[]', '[[]]', 'null', 'true', '7', '"x"', 'NaN', 'undefined', 'x', "{'a':1}"],
  ...['{"jsonrpc":"2.0"', '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","id":1}', '{"jsonrpc":"2.0","id":1}}', '\ufeff{}'],
  '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping","method":"tools/list"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping",}',
  '{"jsonrpc":"2.0","id":1,"result":{}}',
  '{"jsonrpc":"2.0","id":1,"error":{}}',
  '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"},"method":"ping"}',
  '{"jsonrpc":"2.0","id":null,"method":"tools/list"}',
  '{"jsonrpc":"2.0","id":1e400,"method":"tools/list"}',
  '{"__proto__":{"method":"tools/list"},"jsonrpc":"2.0","id":1}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"list_tasks"}}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_market_data","arguments":{"__proto__":{"limit":1}}}}',
  '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_market_data"}}',
  '{"jsonrpc":"2.0","id":9,"method":"notifications/initialized"}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{"a":1}}}',
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"none","progress":1}}',
  JSON.stringify(sound),
  JSON.stringify([...sound, 7, null]),
  JSON.stringify({ ...sound[0], id: 'i'.repeat(500_000) }),
  JSON.stringify({ ...sound[0], method: 'm'.repeat(500_000) }),
  nested('[', ']', 20_000),
  nested('{"a":', '1', 5_000, '}'),
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"compute_metrics","arguments":{"returns":${nested('[', ']', 2_000)}}}}`,
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":${nested('{"a":', '1', 2_000, '}')}}}`,
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"1999-01-01"}}}`,
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7}}}`,
];

function nested(open: string, middle: string, depth: number, close = ''): string {
  return `${open.repeat(depth)}${close === '' ? middle.repeat(depth) : `${middle}${close.repeat(depth)}`}`;
}

/** A sound message with some of its parts replaced, some left out, and one that nobody asked for. */
const misshapen = fc
  .record({
    message: fc.constantFrom(...sound),
    field: fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'extra', '__proto__'),
    value: fc.oneof(fc.constantFrom(...values), fc.jsonValue(), fc.constantFrom(...methods)),
    inside: fc.constantFrom('name', 'arguments', '_meta', 'uri', 'taskId', 'requestId', 'cursor', 'task'),
    without: fc.constantFrom('none', 'jsonrpc', 'id', 'method', 'params'),
  })
  .map(({ message, field, value, inside, without }) => {
    const params = { ...Object(message.params), [inside]: value };
    const bent = field === 'extra' ? { ...message, params } : { ...message, [field]: value };
    return JSON.stringify(Object.fromEntries(Object.entries(bent).filter(([key]) => key !== without)));
  });

/** A sound message with bytes replaced by any others, invalid UTF-8 among them, and perhaps cut off. */
const damaged = fc
  .record({
    message: fc.constantFrom(...sound),
    hits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    cut: fc.option(fc.nat(80), { nil: undefined, freq: 3 }),
  })
  .map(({ message, hits, cut }) => {
    const bytes = Buffer.from(JSON.stringify(message));
    for (const [place, byte] of hits) bytes[place % bytes.length] = byte;
    return bytes.subarray(0, cut);
  });

const newline = 10;

/** Lines for a server's stdin that are no messages, or none that make sense; the same for the same seed. */
export function malformedLines(count: number, seed: number): Buffer[] {
  const any = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...corpus) },
    { weight: 10, arbitrary: misshapen },
    { weight: 8, arbitrary: damaged },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
  return [...corpus, ...fc.sample(any, { numRuns: count - corpus.length, seed })].map(asLine);
}

function asLine(line: string | Uint8Array): Buffer {
  const bytes = Buffer.from(line).map((byte) => (byte === newline ? 0 : byte));
  return Buffer.concat([bytes, Buffer.of(newline)]);
}
