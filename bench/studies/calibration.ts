import { z } from 'zod';
import { examineSeed, type Finding } from './examine-seed.ts';
import { edgeAbove, judgeMarket, type Row } from './judge-market.ts';
import { inEmptyLab, type LabSession } from './lab-session.ts';
import { knownSignal, learner, type PlantedMarket, plantedMarkets } from './planted-markets.ts';
import type { Scope, Study } from './study.ts';

/** Seeds under way at once: enough that the queue has work while a model is backtested. */
const lanes = 6;

export const calibration: Study = {
  name: 'calibration',
  describes: 'does the lab find an edge that was planted, and none where there is none?',
  preface: `Does the lab find an edge that was planted, and none where there is none? Each market has an empty lab, each of its seeds a series there. Through the public tools of a real server (\`load_market_data\`, \`create_strategy\`, \`train_model\`, \`get_task_status\`, \`run_backtest\`) one strategy is trained on the first two thirds of its bars and run over the rest: a network of 8 units on three Gaussian memberships of RSI(14) and the last return, taught the next bar's return; the sign of its prediction is the position. It is the same for every market. Its settings were chosen on seeds from 1001 on.

A seed shows an *edge* where the answer's PSR is above ${edgeAbove}: the true Sharpe ratio is above 0 with 95 % probability, one trial, costs as in the row. The most that noise and GARCH may show is the bound that chance exceeds in 1 % of studies, at a rate of 5 %. The Sharpe ratios are means over the seeds, out of sample, 252 days a year; *known* is the planted signal itself over the same bars without costs, a position of the signal's size. Orders fill at the next open, which in these markets is the close before it but for a gap of 0.25 % of the bar's variance.`,
  async run(scope, tell) {
    const rows: Row[] = [];
    for (const market of plantedMarkets) {
      const findings = await inEmptyLab((lab) => examineMarket(lab, market, scope, tell));
      rows.push(...market.terms.map((terms) => judgeMarket(market, terms, findings)));
    }
    return { passed: rows.every(({ passed }) => passed), findings: rows, table: tableOf(rows) };
  },
};

/** Markets of one seed are driven by the same numbers, so that one lab would take them for copies and count their trials together. */
async function examineMarket(
  lab: LabSession,
  market: PlantedMarket,
  { firstSeed, seeds = market.seeds }: Scope,
  tell: (progress: string) => void,
): Promise<Finding[]> {
  await lab.call('create_strategy', learner, z.unknown());
  if (market.known !== null) await lab.call('create_strategy', knownSignal(market.name, market.known), z.unknown());
  const count = Math.min(seeds, market.seeds);
  const findings: Finding[][] = [];
  let next = 0;
  let done = 0;
  const lane = async () => {
    while (next < count) {
      const place = next++;
      findings[place] = await examineSeed(lab, market, firstSeed + place);
      tell(`${market.name}: ${++done} of ${count} seeds`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return findings.flat();
}

function tableOf(rows: readonly Row[]): string {
  const heads = [
    'market',
    'costs',
    'bars',
    'seeds',
    'edge',
    'asked for',
    'Sharpe',
    'known',
    'no evidence / weak / moderate / strong',
    '',
  ];
  return [heads, heads.map(() => '---'), ...rows.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(row: Row): string[] {
  const { no_evidence, weak, moderate, strong } = row.verdicts;
  return [
    row.market,
    row.costs,
    String(row.bars),
    String(row.seeds),
    `**${row.edges}**`,
    askedFor(row),
    ratio(row.sharpe),
    ratio(row.knownSharpe),
    [no_evidence, weak, moderate, strong].join(' / '),
    row.passed ? 'passed' : '**failed**',
  ];
}

function askedFor({ allowed: { least, most }, leastSharpe }: Row): string {
  if (least === 0) return most === 0 ? 'none' : `at most ${most}`;
  return `at least ${least}${leastSharpe === null ? '' : `, Sharpe at least ${ratio(leastSharpe)}`}`;
}

function ratio(value: number | null): string {
  return value === null ? '' : value.toFixed(2);
}
