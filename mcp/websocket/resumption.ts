import type { IncomingMessage } from 'node:http';
import { Refusal } from '../http/refusal.ts';
import { headers } from './protocol.ts';

/** What a client that comes back says. */
export interface Resumption {
  session: string;
  /** Messages of the session that the client has. */
  received: number;
}

/** Undefined where the client wants a session of its own. Throws a 400 for a count that is none. */
export function resumptionOf(request: IncomingMessage): Resumption | undefined {
  const session = request.headers[headers.session];
  if (typeof session !== 'string') return undefined;
  const received = Number(request.headers[headers.received]);
  if (Number.isSafeInteger(received) && received >= 0) return { session, received };
  throw new Refusal(400, `${headers.received} has to say how many messages of the session were received.`);
}
