import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

interface Start {
  id: string;
  attempt: number;
  pid: number;
}

const keptStarts = 40;

/** The growing trace of starts, of which only what is new is read. */
export class Starts {
  count = 0;
  readonly #file: string;
  readonly #pids = new Map<string, number>();
  readonly #recent: Start[] = [];
  #offset = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  read(): void {
    if (!existsSync(this.#file)) return;
    const file = openSync(this.#file, 'r');
    const bytes = Buffer.alloc(fstatSync(file).size - this.#offset);
    readSync(file, bytes, 0, bytes.length, this.#offset);
    closeSync(file);
    this.#offset += bytes.length;
    const lines = `${this.#rest}${bytes.toString('utf8')}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#note(JSON.parse(line));
  }

  pidOf(id: string, attempt: number): number | undefined {
    return this.#pids.get(`${id} ${attempt}`);
  }

  recent(): readonly Start[] {
    return this.#recent;
  }

  #note(start: Start): void {
    this.count++;
    this.#pids.set(`${start.id} ${start.attempt}`, start.pid);
    this.#recent.push(start);
    if (this.#recent.length > keptStarts) this.#recent.shift();
  }
}
