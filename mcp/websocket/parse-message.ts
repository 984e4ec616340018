import {
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  parseJSONRPCMessage,
} from '@modelcontextprotocol/server';

/** The message that `text` is, or what is wrong with it. */
export function parseMessage(text: string): JSONRPCMessage | ProtocolError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new ProtocolError(ProtocolErrorCode.ParseError, 'Not JSON: a message is one JSON-RPC object.');
  }
  try {
    return parseJSONRPCMessage(value);
  } catch {
    const what = Array.isArray(value) ? 'batches are not taken' : 'one is an object with jsonrpc "2.0"';
    return new ProtocolError(ProtocolErrorCode.InvalidRequest, `Not a JSON-RPC message: ${what}.`);
  }
}
