import { type Evidence, verdicts } from '@stratlab/backtests/evidence.ts';
import { LabError } from '@stratlab/data/error.ts';
import { judgeAgain } from './judge-again.ts';
import { figuresOf } from './shown-backtest.ts';
import type { Ended, EndedTest, RankedTest, Ranking, TestFailure } from './test-order.ts';

export const testColumns = [
  ...['name', 'symbol', 'backtest_id', 'model_id', 'sharpe', 'adjusted_p', 'verdict', 'reason'],
  ...['version', 'seed', 'sample', 'trades', 'total_return', 'deflated_sharpe'],
];

/** One backtest with the evidence it is ranked by. */
export interface Judged extends Ended {
  evidence: Pick<Evidence, 'verdict' | 'reason' | 'adjusted_p' | 'deflated_sharpe'>;
}

/** Judges every backtest of a test against all trials that its family has had by now, and ranks them. */
export function rankTests(results: string, test: EndedTest): RankedTest {
  const judged: Judged[] = [];
  const failures = [...test.failures];
  for (const ended of test.ended) {
    const made = judgedAgain(results, ended, test);
    if ('evidence' in made) judged.push(made);
    else failures.push(made);
  }
  const ranked = judged.sort(byRank(test.rankBy));
  return {
    summary: headline(ranked, failures.length),
    ranked_by: test.rankBy,
    columns: testColumns,
    rows: ranked.map(testRow),
    failures,
    trials: test.families,
    warnings: warningsOf(ranked, test),
  };
}

function judgedAgain(results: string, ended: Ended, { families }: EndedTest): Judged | TestFailure {
  const { combination, answer } = ended;
  const count = families.find(({ family }) => family === answer.trials.family_name);
  if (count === undefined) throw new LabError('internal', `The trials of ${answer.symbol} were not counted.`);
  try {
    return { ...ended, evidence: judgeAgain(results, answer, count) };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { name, version, symbol, seed } = combination;
    return { name, version, symbol, seed, code: error.code, message: error.message };
  }
}

/** Best first; what has no figure comes last; equals by Sharpe ratio, then by name, symbol and seed. */
export function byRank(ranking: Ranking): (a: Judged, b: Judged) => number {
  const goodness = (judged: Judged) => rankFigure(judged, ranking) ?? Number.NEGATIVE_INFINITY;
  const sharpe = ({ answer }: Judged) => figuresOf(answer).figures.sharpe ?? Number.NEGATIVE_INFINITY;
  const identity = ({ combination: { name, seed }, answer }: Judged) => `${name} ${answer.symbol} ${seed}`;
  return (a, b) =>
    descending(goodness(a), goodness(b)) || descending(sharpe(a), sharpe(b)) || (identity(a) < identity(b) ? -1 : 1);
}

function descending(a: number, b: number): number {
  return a === b ? 0 : b > a ? 1 : -1;
}

/** Higher is better. */
function rankFigure({ answer, evidence }: Judged, ranking: Ranking): number | null | undefined {
  if (ranking === 'adjusted_p') return evidence.adjusted_p === null ? null : -evidence.adjusted_p;
  return ranking === 'deflated_sharpe' ? evidence.deflated_sharpe : figuresOf(answer).figures[ranking];
}

export function testRow({ combination, answer, evidence }: Judged): (string | number | null)[] {
  const { figures } = figuresOf(answer);
  const known = (value: number | null | undefined) => (value === null || value === undefined ? null : short(value));
  return [
    combination.name,
    answer.symbol,
    answer.backtest_id,
    answer.model_id,
    known(figures.sharpe),
    known(evidence.adjusted_p),
    evidence.verdict,
    evidence.reason,
    combination.version,
    combination.seed,
    answer.sample,
    answer.trades_count,
    known(figures.total_return),
    known(evidence.deflated_sharpe),
  ];
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}

function headline(ranked: readonly Judged[], failed: number): string {
  const failures = failed === 0 ? '' : `; ${failed} failed`;
  const [first] = ranked;
  if (first === undefined) return `Nothing could be tested${failures}.`;
  const best = ranked.reduce((a, b) => (rankOf(b) > rankOf(a) ? b : a), first);
  const { verdict, adjusted_p: p } = best.evidence;
  const sharpe = figuresOf(best.answer).figures.sharpe?.toFixed(2) ?? 'undefined';
  const luck = p === null ? '' : `, ${Number((100 * p).toPrecision(3))} % by luck alone`;
  const words = verdict === 'no_evidence' ? 'No evidence of an edge' : `At best ${verdict} evidence`;
  const name = `${best.combination.name} on ${best.answer.symbol}`;
  return `${words} in ${ranked.length} backtest${ranked.length === 1 ? '' : 's'}${failures}: ${name} has a Sharpe ratio of ${sharpe}${luck}.`;
}

function rankOf({ evidence: { verdict } }: Judged): number {
  return verdicts.indexOf(verdict);
}

function warningsOf(ranked: readonly Judged[], { families }: EndedTest): string[] {
  if (ranked.length === 0) return [];
  const counts = families.map(({ family, counted }) => `${counted} of ${family}`).join(', ');
  const synthetic = ranked.some(({ answer }) => answer.data.synthetic);
  return [
    `Every row is judged against all trials so far (${counts}), those of this test included; each backtest's own answer knew only the trials before it.`,
    ...(synthetic ? ['Some markets are synthetic: nothing found there is true of a real one.'] : []),
  ];
}
