import { figure, percent } from './format.ts';
import type { ReportedBacktest, Rival } from './report-data.ts';

/** `no_edge` is an answer as good as `edge`; `unproven` is none yet. */
export type Finding = 'edge' | 'no_edge' | 'unproven';

export interface PlainVerdict {
  finding: Finding;
  /** One sentence in plain words. */
  headline: string;
  /** The figures behind it. */
  detail: string;
}

export type Judgeable = Pick<ReportedBacktest, 'metrics' | 'benchmark' | 'baselines' | 'evidence' | 'sample'>;

/**
 * Whether a strategy beats its benchmark and every baseline after costs: by Sharpe ratio, or by total return where one
 * of the two has no Sharpe ratio. To beat them is an edge only with at least moderate evidence.
 */
export function plainVerdict(backtest: Judgeable): PlainVerdict {
  const own: Rival = {
    name: 'the strategy',
    total_return: backtest.metrics.total_return,
    sharpe: backtest.metrics.sharpe,
    max_drawdown: backtest.metrics.max_drawdown,
  };
  const rivals = [backtest.benchmark, ...backtest.baselines];
  const detail = `After costs, ${[own, ...rivals].map(inFigures).join('; ')}.`;
  if (backtest.metrics.trades === 0 || own.total_return === null) {
    return { finding: 'unproven', headline: 'Nothing was tested: the strategy made no trade.', detail };
  }
  const unbeaten = rivals.filter((rival) => !beats(own, rival));
  if (unbeaten.length > 0) {
    const names = listed(unbeaten.map(({ name }) => inWords(name)));
    return { finding: 'no_edge', headline: `No edge: after costs it does not beat ${names}.`, detail };
  }
  const { verdict } = backtest.evidence;
  if (verdict === 'moderate' || verdict === 'strong') {
    const headline = `An edge on these bars: after costs it beats every baseline, and the evidence is ${verdict}.`;
    return { finding: 'edge', headline, detail };
  }
  const doubt = backtest.sample === 'out_of_sample' ? 'that may well be luck' : 'it has seen these bars before';
  return { finding: 'unproven', headline: `Not proven: after costs it beats every baseline, but ${doubt}.`, detail };
}

/** The verdict on several results together. */
export function overallVerdict(backtests: readonly Judgeable[]): PlainVerdict {
  const verdicts = backtests.map(plainVerdict);
  if (verdicts.length === 0) {
    return { finding: 'unproven', headline: 'Nothing was tested: there is no backtest.', detail: '' };
  }
  if (verdicts.length === 1) return verdicts[0];
  const having = (finding: Finding) => verdicts.filter((verdict) => verdict.finding === finding).length;
  const [edges, unproven] = [having('edge'), having('unproven')];
  const total = verdicts.length;
  if (edges > 0) {
    const headline = `${edges} of ${total} results beat every baseline after costs with at least moderate evidence.`;
    return { finding: 'edge', headline, detail: '' };
  }
  if (unproven > 0) {
    return {
      finding: 'unproven',
      headline: `Not proven: none of ${total} results is more than luck may explain.`,
      detail: '',
    };
  }
  return {
    finding: 'no_edge',
    headline: `No edge: none of ${total} results beats its baselines after costs.`,
    detail: '',
  };
}

export function beats(own: Rival, rival: Rival): boolean {
  if (own.sharpe !== null && rival.sharpe !== null) return own.sharpe > rival.sharpe;
  return (own.total_return ?? Number.NEGATIVE_INFINITY) > (rival.total_return ?? Number.NEGATIVE_INFINITY);
}

function inFigures({ name, total_return, sharpe }: Rival): string {
  const gain = total_return === null ? 'an unknown amount' : percent(total_return);
  return `${inWords(name)} returned ${gain}${sharpe === null ? '' : ` (Sharpe ratio ${figure(sharpe, 'ratio')})`}`;
}

/** `buy_and_hold` as a reader says it. */
export function inWords(name: string): string {
  return name.replaceAll('_', ' ');
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
