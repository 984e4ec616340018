import { existsSync, writeFileSync } from 'node:fs';
import { arch } from 'node:process';
import type { QueueHome } from '../faults/queue-home.ts';

const hour = 3600;
const library = `/usr/lib/${arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

/** False where wall clocks can be set, else how to come by that. */
export const withoutFaketime: false | string = existsSync(library)
  ? false
  : 'needs libfaketime: apt-get install faketime';

export interface Clock {
  environment: Record<string, string>;
  /** Puts the wall clock of every process an hour on, then back, then an hour behind, then right again. */
  jump(): number;
  settle(): void;
}

/** A wall clock that can be set while processes run; null where there is no library for it. */
export function clockOf({ file: database }: QueueHome): Clock | null {
  if (withoutFaketime !== false) return null;
  const file = `${database}.clock`;
  let jumps = 0;
  const set = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}`);
  set(0);
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    jump() {
      set([hour, 0, -hour, 0][jumps++ % 4]);
      return 1;
    },
    settle: () => set(0),
  };
}
