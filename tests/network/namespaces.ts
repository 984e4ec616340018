import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where each stands in a network that exists in its namespaces only. */
export const addresses = { lab: '10.77.0.1', left: '10.77.0.2', right: '10.77.0.3' } as const;
export type Place = keyof typeof addresses;
export type Side = Exclude<Place, 'lab'>;

const places = ['lab', 'left', 'right'] as const;
const sides = ['left', 'right'] as const;

/** Three network namespaces: the lab's holds a bridge, and the others hang on it by cables that can be pulled. */
export class Namespaces {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  make(): void {
    for (const place of places) ip('netns', 'add', this.#name(place));
    for (const place of places) this.#link(place, 'set', 'lo', 'up');
    this.#link('lab', 'add', 'bridge', 'type', 'bridge');
    this.#address('lab', 'bridge');
    for (const side of sides) this.#attach(side);
  }

  /** A command line that runs `command` in a namespace. */
  inside(place: Place, command: readonly string[]): string[] {
    return ['ip', 'netns', 'exec', this.#name(place), ...command];
  }

  /** From now on packets are lost both ways; connections are not told. */
  cut(side: Side): void {
    this.#link('lab', 'set', side, 'down');
  }

  mend(side: Side): void {
    this.#link('lab', 'set', side, 'up');
  }

  /** Kills what still runs inside, then takes the namespaces away. */
  async remove(): Promise<void> {
    for (const name of this.existing()) {
      for (let pids = pidsIn(name); pids.length > 0; pids = pidsIn(name)) {
        for (const pid of pids) kill(pid);
        await sleep(20);
      }
      ip('netns', 'delete', name);
    }
  }

  existing(): string[] {
    const there = ip('netns', 'list').split('\n');
    return places.map((place) => this.#name(place)).filter((name) => there.some((line) => line.split(' ')[0] === name));
  }

  /** Through a switch between, so that the far side does not notice a cut by its own cable; nor does the lab answer there. */
  #attach(side: Side): void {
    const between = `${side}-switch`;
    this.#link('lab', 'add', between, 'type', 'bridge');
    this.#link('lab', 'set', between, 'arp', 'off', 'up');
    this.#link('lab', 'add', side, 'type', 'veth', 'peer', 'name', `${side}-near`);
    this.#link('lab', 'add', `${side}-far`, 'type', 'veth', 'peer', 'name', 'cable', 'netns', this.#name(side));
    this.#link('lab', 'set', side, 'master', 'bridge', 'up');
    for (const end of ['near', 'far']) this.#link('lab', 'set', `${side}-${end}`, 'master', between, 'up');
    this.#address(side, 'cable');
  }

  #name(place: Place): string {
    return `${this.prefix}-${place}`;
  }

  #link(place: Place, ...what: string[]): void {
    ip('-n', this.#name(place), 'link', ...what);
  }

  #address(place: Place, device: string): void {
    ip('-n', this.#name(place), 'address', 'add', `${addresses[place]}/24`, 'dev', device);
    this.#link(place, 'set', device, 'up');
  }
}

export function pidsIn(namespace: string): number[] {
  return ip('netns', 'pids', namespace).split('\n').filter(Boolean).map(Number);
}

function ip(...what: string[]): string {
  return execFileSync('ip', what, { encoding: 'utf8', stdio: 'pipe' });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
