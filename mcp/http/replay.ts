import { type EventStore, parseJSONRPCMessage } from '@modelcontextprotocol/server';

interface Kept {
  readonly session: string;
  readonly stream: string;
  /** A message as JSON. */
  readonly text: string;
}

/**
 * The newest events of the streams of all sessions. A client whose connection broke names the last that it has and gets
 * what came after it. Beyond `mostCharacters` the oldest events are let go; who has seen none that is left is refused.
 */
export class Replay {
  readonly #mostCharacters: number;
  /** By their numbers, the oldest first. */
  readonly #kept = new Map<number, Kept>();
  #last = 0;
  #characters = 0;

  constructor(mostCharacters: number) {
    this.#mostCharacters = mostCharacters;
  }

  /** What the SDK's transport of one session wants; the events of others are not there for it. */
  of(session: string): EventStore {
    const find = (id: string) => {
      const event = this.#kept.get(Number(id));
      return event?.session === session ? event : undefined;
    };
    return {
      storeEvent: async (stream, message) => this.#keep({ session, stream, text: JSON.stringify(message) }),
      getStreamIdForEventId: async (id) => find(id)?.stream,
      replayEventsAfter: async (id, { send }) => {
        const stream = find(id)?.stream ?? '';
        for (let number = Number(id) + 1; number <= this.#last; number++) {
          const event = find(String(number));
          if (event?.stream === stream) await send(String(number), parseJSONRPCMessage(JSON.parse(event.text)));
        }
        return stream;
      },
    };
  }

  /** Returns the id of the event. */
  #keep(event: Kept): string {
    this.#last += 1;
    this.#kept.set(this.#last, event);
    this.#characters += event.text.length;
    for (const [number, { text }] of this.#kept) {
      if (this.#characters <= this.#mostCharacters) break;
      this.#kept.delete(number);
      this.#characters -= text.length;
    }
    return String(this.#last);
  }
}
