import { binomialBound } from './binomial.ts';
import type { Finding, Verdict } from './examine-seed.ts';
import type { Demand, PlantedMarket, Terms } from './planted-markets.ts';

/** A run says "edge" where its PSR is above this. */
export const edgeAbove = 0.95;

/** What was found of a market on one of its terms, over all seeds. */
export interface Row {
  market: string;
  costs: string;
  bars: number;
  seeds: number;
  edges: number;
  /** Least and most seeds that may show an edge. */
  allowed: { least: number; most: number };
  /** How often the lab gave each of its verdicts. */
  verdicts: Record<Verdict, number>;
  /** Means over the seeds. */
  sharpe: number | null;
  knownSharpe: number | null;
  leastSharpe: number | null;
  passed: boolean;
}

export function judgeMarket({ name, bars }: PlantedMarket, terms: Terms, findings: readonly Finding[]): Row {
  const own = findings.filter((finding) => finding.terms === terms);
  const edges = own.filter(({ psr }) => psr !== null && psr > edgeAbove).length;
  const allowed = allowedEdges(terms.demand, own.length);
  const sharpe = mean(own.map((finding) => finding.sharpe));
  const knownSharpe = mean(own.map((finding) => finding.knownSharpe));
  const leastSharpe = terms.shareOfKnown === null || knownSharpe === null ? null : terms.shareOfKnown * knownSharpe;
  const earned = leastSharpe === null || (sharpe !== null && sharpe >= leastSharpe);
  return {
    market: name,
    costs: terms.costs,
    bars,
    seeds: own.length,
    edges,
    allowed,
    verdicts: countVerdicts(own),
    sharpe,
    knownSharpe,
    leastSharpe,
    passed: edges >= allowed.least && edges <= allowed.most && earned,
  };
}

function allowedEdges(demand: Demand, seeds: number): Row['allowed'] {
  switch (demand.kind) {
    case 'at_least':
      return { least: Math.ceil(demand.share * seeds), most: seeds };
    case 'by_chance':
      return { least: 0, most: binomialBound(seeds, demand.rate, demand.confidence) };
    case 'never':
      return { least: 0, most: 0 };
  }
}

function countVerdicts(findings: readonly Finding[]): Row['verdicts'] {
  const counts = { no_evidence: 0, weak: 0, moderate: 0, strong: 0 };
  for (const { verdict } of findings) counts[verdict]++;
  return counts;
}

/** Null where one of them is. */
function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum / values.length;
}
