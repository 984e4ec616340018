/** An entry at a price of the market, and what it comes to; one record serves a run, so that no fill leaves garbage. */
export interface EntryFill {
  side: number;
  price: number;
  bar: number;
  /** True where slippage and spread are paid. */
  atMarket: boolean;
  /** Units that are wished for, and those of them that are bought. */
  wanted: number;
  quantity: number;
  /** Price paid. */
  fill: number;
}
