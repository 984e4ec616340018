/**
 * What both ends agree on. Every text message is one JSON-RPC message, unwrapped, so any WebSocket client can speak it.
 *
 * Messages of each direction are numbered from 1 by their order; the numbers are counted, not sent. The answer to an
 * upgrade names the session. A client whose connection broke upgrades again with that name and the number of messages
 * it has received; the answer says how many the server has received, and each end sends what the other lacks. Pings
 * carry the number of messages sent before them, so that a pong acknowledges them all. (The method of XEP-0198, Stream
 * Management, with WebSocket's own pings.)
 *
 * A closing handshake ends the session; one whose connection broke waits for a while. A session that is not there any
 * more is refused with 410.
 */
export const subprotocol = 'mcp';

export const headers = {
  /** Names the session, in the answer and in the next upgrade. */
  session: 'mcp-session-id',
  /** How many messages of the session the sender of this header has received. */
  received: 'mcp-received',
  /** Bytes of the largest message that the server takes. */
  largest: 'mcp-largest-message',
} as const;

export const closeCodes = {
  /** The session has ended in order. */
  normal: 1000,
  /** The server stops, or the client's page is left. */
  goingAway: 1001,
  protocolError: 1002,
  /** A binary message. */
  unsupportedData: 1003,
  /** Never sent: the connection broke without a closing handshake. */
  broken: 1006,
  /** Text that is not UTF-8. */
  invalidText: 1007,
  messageTooBig: 1009,
  /** The client has to upgrade again with what authenticates it, and takes its session up. */
  authenticateAgain: 4401,
  /** The peer does not read what it asked for. */
  notReading: 4408,
  /** Another connection has taken the session up. */
  replaced: 4409,
} as const;
