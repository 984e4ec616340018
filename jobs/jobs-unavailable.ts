/** The queue cannot work as it is set up. */
export class JobsUnavailable extends Error {
  readonly code = 'unavailable';
  readonly hint: string;

  constructor(message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause });
    this.hint = hint;
  }
}
