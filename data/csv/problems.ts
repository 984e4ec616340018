import { LabError, type Problem } from '../error.ts';

const listed = 20;

/** Damaged lines of one CSV: counts them all, keeps the first 20 in words. */
export class Problems {
  private readonly list: Problem[] = [];
  private count = 0;

  /** Adds what `describe(...about)` says; it is called only for a problem that will be shown. */
  add<About extends unknown[]>(
    line: number,
    describe: (...about: About) => { message: string; hint: string },
    ...about: About
  ): void {
    this.count++;
    if (this.list.length < listed) this.list.push({ path: `line ${line}`, ...describe(...about) });
  }

  /** Throws `invalid_input` with the problems so far, if there are any. */
  throwAny(): void {
    if (this.count === 0) return;
    const [{ path, message, hint = '' }] = this.list;
    const what = this.count === 1 ? '1 problem' : `${this.count} problems`;
    throw new LabError('invalid_input', `The CSV has ${what}; nothing was read. First, ${path}: ${message}.`, {
      path,
      hint,
      problems: this.list,
    });
  }
}
