import { figure } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import type { ReportedBacktest } from '../report-data.ts';
import { facts } from '../table.ts';

/** What trading cost beside what it earned. */
export function costs({ metrics, initialCapital, trades }: ReportedBacktest): Markup {
  const { costs_paid: paid = null, final_equity: final = null } = metrics;
  const after = final === null ? null : final - initialCapital;
  const before = after === null || paid === null ? null : after + paid;
  return markup`<section><h2>Costs</h2>
${facts([
  ['Profit before costs', figure(before, 'money')],
  ['Costs paid', figure(paid, 'money')],
  ['Profit after costs', figure(after, 'money')],
  ['Costs per closed trade', figure(paid === null || trades.length === 0 ? null : paid / trades.length, 'money')],
  ['Costs as a share of the starting capital', figure(paid === null ? null : paid / initialCapital, 'fraction')],
])}
<p class="note">Commission, slippage, spread and borrowing, in account currency; the rates stand above, under what the simulator assumed.</p>
</section>
`;
}
