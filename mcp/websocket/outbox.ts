/**
 * The messages of one direction, numbered from 1 in the order in which they were sent, kept until the other end has
 * them. Beyond `mostBytes` the oldest are let go; who lacks one of those cannot be helped any more.
 */
export class Outbox {
  readonly #mostBytes: number;
  #frames: Buffer[] = [];
  #gone = 0;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The number of the last message. */
  get sent(): number {
    return this.#gone + this.#frames.length;
  }

  /** Of the messages that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: Buffer): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#bytes > this.#mostBytes) this.#drop(1);
  }

  /** The other end has all up to `number`. A number that was passed already, or never sent, says nothing. */
  acknowledge(number: number): void {
    if (number > this.#gone && number <= this.sent) this.#drop(number - this.#gone);
  }

  /** The messages after `number`; undefined where one of them is gone, or `number` was never sent. */
  after(number: number): readonly Buffer[] | undefined {
    return number >= this.#gone && number <= this.sent ? this.#frames.slice(number - this.#gone) : undefined;
  }

  #drop(count: number): void {
    for (const frame of this.#frames.splice(0, count)) this.#bytes -= frame.length;
    this.#gone += count;
  }
}
