/** A rule in words with what became of it on the explained rows. */
export interface ToldRule {
  /** `rsi_zone is oversold and adx_14 is low (below 18.2)`. */
  readonly when: string;
  /** The class it says, for a number what it comes to. */
  readonly says: string;
  /** Share of the rows that it decides; of an ANFIS its mean normalised firing strength. */
  readonly support: number;
  readonly rows: number;
  /** Share of those rows in which the model says this class, and in which the label is this class; null without rows. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
  /**
   * Mean forward return per row in the rule's direction, a fraction before costs, from the close of the row to the close
   * of the bar that settles its label. Null where the class is no position or there are no rows.
   */
  readonly profit: number | null;
}
