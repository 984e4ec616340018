import type { JSONRPCMessage } from '@modelcontextprotocol/server';

const comma = Buffer.from(',');
const kept = new WeakMap<object, Buffer>();

/** A message as JSON in UTF-8. The listings of tools, by far the most of what is sent, are written once if frozen. */
export function bytesOf(message: JSONRPCMessage): Buffer {
  if (!('result' in message) || !Array.isArray(message.result.tools)) return Buffer.from(JSON.stringify(message));
  const { tools, ...rest } = message.result;
  const { jsonrpc, id } = message;
  const empty = JSON.stringify({ jsonrpc, id, result: { ...rest, tools: [] } });
  const listings = tools.flatMap((listing, k) => (k === 0 ? [listingBytes(listing)] : [comma, listingBytes(listing)]));
  return Buffer.concat([Buffer.from(empty.slice(0, -']}}'.length)), ...listings, Buffer.from(']}}')]);
}

function listingBytes(listing: object): Buffer {
  const bytes = kept.get(listing) ?? Buffer.from(JSON.stringify(listing));
  if (Object.isFrozen(listing)) kept.set(listing, bytes);
  return bytes;
}
