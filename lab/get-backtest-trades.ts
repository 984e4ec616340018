import { formatInstant } from '@stratlab/data/instant.ts';
import { requireBacktest } from './find-backtest.ts';
import { requireResult } from './find-result.ts';
import type { Lab } from './lab.ts';
import type { ResultFile } from './result-file.ts';

export const tradeColumns = [
  'direction',
  'entry_time',
  'entry_price',
  'exit_time',
  'exit_price',
  'quantity',
  'pnl',
  'return',
  'commission',
  'bars_held',
  'exit_reason',
  'mae',
  'mfe',
  'symbol',
] as const;

/** Every closed trade in the order of exits. */
export function getBacktestTrades(lab: Lab, input: { backtest_id: string }): (string | number)[][] {
  const { resultHash } = requireBacktest(lab, input.backtest_id);
  return requireResult(lab, resultHash).trades.map(tradeRow);
}

function tradeRow(trade: ResultFile['trades'][number]): (string | number)[] {
  return [
    trade.direction,
    formatInstant(trade.entryTime),
    trade.entryPrice,
    formatInstant(trade.exitTime),
    trade.exitPrice,
    trade.quantity,
    trade.pnl,
    trade.return,
    trade.commission,
    trade.barsHeld,
    trade.exitReason,
    trade.mae,
    trade.mfe,
    trade.symbol,
  ];
}
