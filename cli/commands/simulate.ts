import { LabError } from '@stratlab/lab/error.ts';
import type { Command } from 'commander';

interface SimulateOptions {
  bars: string;
  bid?: string;
  ask?: string;
  orders: string;
  execution?: string;
  run?: string;
  json?: boolean;
}

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('run an explicit list of orders on bars, to check this engine against another')
    .requiredOption('--bars <csv>', 'first column time, then open, high, low, close, volume; .gz is unpacked')
    .option('--bid <csv>', 'bars of the bid, which sales get; with --ask')
    .option('--ask <csv>', 'bars of the ask, which buys pay; with --bid')
    .requiredOption('--orders <json>', 'file of {orders, order_fields?, engine?} or of a recorded run; - reads stdin')
    .option('--execution <json>', 'file or text of an execution block with initial_capital; not with an engine')
    .option('--run <id>', 'the run to take, where the file of orders holds several')
    .option('--json', 'print one JSON object')
    .action(simulate);
}

async function simulate(options: SimulateOptions, command: Command): Promise<void> {
  const [{ chooseRun, simulateOrders }, { readBarsToSimulate, readText }] = await Promise.all([
    import('@stratlab/lab/simulate-orders.ts'),
    import('@stratlab/lab/bars-to-simulate.ts'),
  ]);
  const { bars, bid, ask, orders, execution, run, json } = options;
  if ((bid === undefined) !== (ask === undefined)) command.error('error: --bid and --ask belong together');
  const document = chooseRun(parseJson(readText(orders === '-' ? '/dev/stdin' : orders), orders), run);
  if (document.engine !== null && execution !== undefined) {
    command.error('error: --execution is not for orders that name an engine: that engine has its own rules');
  }
  if (document.engine !== null && bid !== undefined) {
    command.error('error: --bid and --ask are not for orders that name an engine: its rules know one price');
  }
  const block = execution === undefined ? undefined : blockOf(execution, readText);
  const barsOf = (path: string) => readBarsToSimulate(path).bars;
  const quotes = bid === undefined || ask === undefined ? {} : { quotes: { bid: barsOf(bid), ask: barsOf(ask) } };
  const result = simulateOrders({ ...readBarsToSimulate(bars), ...quotes }, document, block);
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : describe(result));
}

function blockOf(given: string, readText: (path: string) => string): object {
  const block = parseJson(given.trimStart().startsWith('{') ? given : readText(given), '--execution');
  if (typeof block === 'object' && block !== null && !Array.isArray(block)) return block;
  throw new LabError('invalid_input', '--execution is a mapping of keys to values.', { path: 'execution' });
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('invalid_input', `${what} is not JSON: ${reason}`, { cause });
  }
}

function describe({
  trades,
  open_trades,
  final_equity,
  statistics,
}: ReturnType<typeof import('@stratlab/lab/simulate-orders.ts').simulateOrders>): string {
  const { undefined: reasons, ...figures } = statistics;
  const lines = Object.entries(figures).map(([name, value]) => `  ${name}: ${value ?? `- (${reasons[name]})`}`);
  return [
    `${trades.length} trades closed, ${open_trades.length} open at the end; final equity ${final_equity}.`,
    ...lines,
    '',
  ].join('\n');
}
