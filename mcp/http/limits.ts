import type { Principal } from './principal.ts';
import { Refusal } from './refusal.ts';

export interface LimitSettings {
  /** Messages a second. */
  messageRate: number;
  messagesAtOnce: number;
}

export interface Limits {
  /** Counts messages of the principal. Throws a 429 with Retry-After where they come too fast. */
  take(principal: Principal, messages: number): void;
  /** Counts messages as in work until the returned function is called. Throws a 429 where too many are. */
  enter(principal: Principal, messages: number): () => void;
}

/** Seconds' worth of messages that may come at once. */
const burst = 10;

interface Account {
  left: number;
  /** Of the monotonic clock, milliseconds. */
  countedAt: number;
  running: number;
}

/** A token bucket and a count of running messages for each principal. */
export function limitsOf(
  { messageRate, messagesAtOnce }: LimitSettings,
  now: () => number = () => performance.now(),
): Limits {
  const accounts = new Map<string, Account>();
  const full = messageRate * burst;
  const accountOf = ({ name }: Principal): Account => {
    const account = accounts.get(name) ?? { left: full, countedAt: now(), running: 0 };
    accounts.set(name, account);
    return account;
  };
  return {
    take(principal, messages) {
      const account = accountOf(principal);
      const at = now();
      account.left = Math.min(full, account.left + (messageRate * (at - account.countedAt)) / 1000);
      account.countedAt = at;
      if (account.left < messages) {
        throw tooMany(`${messageRate} messages a second are allowed`, (messages - account.left) / messageRate);
      }
      account.left -= messages;
    },
    enter(principal, messages) {
      const account = accountOf(principal);
      if (account.running + messages > messagesAtOnce) {
        throw tooMany(`${messagesAtOnce} messages may be in work at once`, 1);
      }
      account.running += messages;
      let isRunning = true;
      return () => {
        if (isRunning) account.running -= messages;
        isRunning = false;
      };
    },
  };
}

function tooMany(what: string, seconds: number): Refusal {
  return new Refusal(429, `Too many requests: ${what}. Wait, then send it again.`, {
    'Retry-After': String(Math.max(1, Math.ceil(seconds))),
  });
}
