import { type Logger, pino } from 'pino';
import type { Configuration } from './configuration.ts';

/** JSON lines on stderr, as stdout may belong to a protocol. */
export function openLog({ logLevel }: Pick<Configuration, 'logLevel'>): Logger {
  return pino({ level: logLevel }, pino.destination({ fd: 2, sync: true }));
}
