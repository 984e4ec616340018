import { TradeLog } from './trade-log.ts';

/** Memory that one run after another writes to; a run in it overwrites the equity, position and trades of the last. */
export class Workspace {
  readonly log = new TradeLog();
  private equity = new Float64Array(0);
  private position = new Float64Array(0);

  /** Two columns of `rows` rows whose values are left over from the last run. */
  columns(rows: number): { equity: Float64Array; position: Float64Array } {
    if (this.equity.length < rows) {
      this.equity = new Float64Array(rows);
      this.position = new Float64Array(rows);
    }
    return { equity: this.equity.subarray(0, rows), position: this.position.subarray(0, rows) };
  }
}
