/** Cash, and sums of money over a run, account currency. */
export class Ledger {
  cash: number;
  commissionPaid = 0;
  slippagePaid = 0;
  financingPaid = 0;
  tradedNotional = 0;

  constructor(cash: number) {
    this.cash = cash;
  }

  /** Books a fill: `received` is below zero for what was bought; `slipped` is lost to slippage and spread. */
  book(received: number, commission: number, slipped: number, value: number): void {
    this.cash += received - commission;
    this.commissionPaid += commission;
    this.slippagePaid += slipped;
    this.tradedNotional += value;
  }
}
