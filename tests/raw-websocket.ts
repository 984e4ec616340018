import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

interface FrameOptions {
  fin?: boolean;
  /** The three reserved bits; the first (4) says that the message is compressed. */
  reserved?: number;
  masked?: boolean;
  /** What the header says, where that is not how long the payload is. */
  length?: number | bigint;
}

/** A frame as it goes over the wire, right or wrong. */
export function frame(opcode: number, payload: Buffer | string = '', options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, masked = true } = options;
  const bytes = Buffer.from(payload);
  const length = BigInt(options.length ?? bytes.length);
  const first = (fin ? 128 : 0) | (reserved << 4) | opcode;
  const flag = masked ? 128 : 0;
  const head =
    length < 126n
      ? Buffer.from([first, flag | Number(length)])
      : length < 65_536n
        ? Buffer.from([first, flag | 126, Number(length >> 8n), Number(length & 255n)])
        : Buffer.concat([Buffer.from([first, flag | 127]), eightBytes(length)]);
  if (!masked) return Buffer.concat([head, bytes]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, bytes.map((byte, k) => byte ^ mask[k % 4])]);
}

function eightBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value));
  return bytes;
}

/** A connection that speaks RFC 6455 only as far as the test wants. */
export interface RawWebSocket {
  socket: Socket;
  /** Status line and headers of the answer to the upgrade. */
  head: string;
  /** Sends one text message. */
  say(message: object): void;
  /** The text messages so far. */
  heard: string[];
  /** The code and reason of the server's closing handshake; undefined where the connection ended without. */
  ended: Promise<{ code: number; reason: string } | undefined>;
}

export async function rawWebSocket(t: TestContext, port: number, headers: Record<string, string> = {}) {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  const asked = {
    Host: `127.0.0.1:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mcp',
    ...headers,
  };
  const lines = Object.entries(asked).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET /ws HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  let pending = Buffer.alloc(0);
  while (!pending.includes('\r\n\r\n') && !socket.destroyed) {
    const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [Buffer.alloc(0)])]);
    pending = Buffer.concat([pending, chunk]);
  }
  const end = pending.indexOf('\r\n\r\n');
  const head = pending.subarray(0, end).toString();
  const heard: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number; reason: string } | undefined>();
  const read = framesOf(({ opcode, payload }) => {
    if (opcode === opcodes.text) heard.push(payload.toString());
    if (opcode === opcodes.ping) socket.write(frame(opcodes.pong, payload));
    if (opcode === opcodes.close) resolve({ code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() });
  });
  read(pending.subarray(end + 4));
  socket.on('data', read);
  socket.on('close', () => resolve(undefined));
  const say = (message: object) => {
    socket.write(frame(opcodes.text, JSON.stringify({ jsonrpc: '2.0', ...message })));
  };
  const raw: RawWebSocket = { socket, head, say, heard, ended };
  return raw;
}

/** Cuts what a server sends (unmasked, unfragmented) into its frames. */
function framesOf(onFrame: (frame: { opcode: number; payload: Buffer }) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let have = 0;
  let need = 2;
  return (chunk) => {
    chunks.push(chunk);
    have += chunk.length;
    if (have < need) return;
    let pending = Buffer.concat(chunks);
    for (;;) {
      const { start, end } = boundsOf(pending);
      need = end;
      if (pending.length < end) break;
      onFrame({ opcode: pending[0] & 15, payload: pending.subarray(start, end) });
      pending = pending.subarray(end);
    }
    chunks = [pending];
    have = pending.length;
  };
}

function boundsOf(pending: Buffer): { start: number; end: number } {
  if (pending.length < 2) return { start: 2, end: 2 };
  const short = pending[1] & 127;
  if (short < 126) return { start: 2, end: 2 + short };
  const start = short === 126 ? 4 : 10;
  if (pending.length < start) return { start, end: start };
  return { start, end: start + (short === 126 ? pending.readUInt16BE(2) : Number(pending.readBigUInt64BE(2))) };
}
