import type { WebSocket } from 'ws';
import type { Principal } from '../http/principal.ts';
import { Refusal } from '../http/refusal.ts';
import type { SessionLimits } from './limits.ts';
import { closeCodes } from './protocol.ts';
import type { Resumption } from './resumption.ts';
import type { Session } from './session.ts';

/** The sessions of all clients, those that lost their connection included. */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #byId = new Map<string, Session>();
  /** Those without a connection, the one that has waited longest first. */
  readonly #waiting = new Map<Session, NodeJS.Timeout>();

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byId.size;
  }

  add(session: Session): void {
    this.#byId.set(session.id, session);
    session.onbroken = () => this.#wait(session);
    session.onended = () => this.#remove(session);
  }

  connect(session: Session, socket: WebSocket, received: number): void {
    this.#stopWaiting(session);
    session.connect(socket, received);
  }

  /** Throws a 410 for a session that has ended, is another's, or has let go of what the client lacks. */
  find({ session: id, received }: Resumption, principal: Principal): Session {
    const session = this.#byId.get(id);
    if (session !== undefined && isOf(session, principal) && session.canResumeAfter(received)) return session;
    throw new Refusal(410, 'This session is not here any more: it has ended, or the server has restarted.');
  }

  /** Resolves once every request has its answer. */
  async idle(): Promise<void> {
    await Promise.all([...this.#byId.values()].map((session) => session.idle()));
  }

  endAll(code: number, reason: string): void {
    for (const session of [...this.#byId.values()]) session.end(code, reason);
  }

  #wait(session: Session): void {
    const expire = () => session.end(closeCodes.goingAway, '');
    this.#waiting.set(session, setTimeout(expire, this.#limits.keptMs).unref());
    const [longest] = this.#waiting.keys();
    if (this.#waiting.size > this.#limits.waitingSessions) longest.end(closeCodes.goingAway, '');
  }

  #remove(session: Session): void {
    this.#byId.delete(session.id);
    this.#stopWaiting(session);
  }

  #stopWaiting(session: Session): void {
    clearTimeout(this.#waiting.get(session));
    this.#waiting.delete(session);
  }
}

/** A session keeps the scopes it was opened with, so it is taken up with the same ones only. */
function isOf({ principal }: Session, { name, scopes }: Principal): boolean {
  return principal.name === name && principal.scopes.toSorted().join() === scopes.toSorted().join();
}
