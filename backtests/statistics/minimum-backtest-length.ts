import { expectedMaximum } from './expected-maximum.ts';

/**
 * Years of backtest below which the best of N skill-less trials is expected to reach this annual Sharpe ratio in sample.
 * Bailey, Borwein, López de Prado & Zhu (2014), Notices AMS 61(5), theorem 1.
 */
export function minimumBacktestYears(trials: number, annualSharpe: number): number {
  return (expectedMaximum(trials) / annualSharpe) ** 2;
}
