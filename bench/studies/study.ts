/** How much of a study is run, and on which seeds. */
export interface Scope {
  /** Seeds of each market are this one and those after it. */
  firstSeed: number;
  /** Most seeds a market; absent: as many as the study's question asks for. */
  seeds?: number | undefined;
}

export interface Studied {
  /** Every demand is met. */
  passed: boolean;
  /** Plain JSON. */
  findings: unknown;
  /** Markdown, without a title. */
  table: string;
}

/** A question about the lab itself that is answered by using it; the answer is kept in `specification/`. */
export interface Study {
  name: string;
  /** What it asks, one line. */
  describes: string;
  /** What a reader of the kept table has to know, Markdown. */
  preface: string;
  run(scope: Scope, tell: (progress: string) => void): Promise<Studied>;
}
