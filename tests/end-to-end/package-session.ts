import { Client, type Transport } from '@modelcontextprotocol/client';
import { z } from 'zod';

const synthetic = 'SYN-FUZZY_RSI-1';

const strategyFor = (symbol: string) => `name: packaged
version: "4"
hypothesis: After a fall the next days are better
training_data:
  symbols: {mode: single, symbol: ${symbol}}
  timeframes: {mode: single, timeframe: 1d}
indicators:
  rsi_14: {type: rsi, period: 14}
fuzzy_sets:
  rsi_zone: {indicator: rsi_14, low: [0, 20, 45], high: [55, 80, 100]}
nn_inputs:
  - {fuzzy_set: rsi_zone, timeframes: all}
model: {type: mlp, architecture: {hidden_layers: [8]}}
training: {labels: {source: forward_return, horizon: 5, threshold: 0.01}, epochs: 20, seed: 7}
`;

const taskSchema = z.looseObject({ status: z.string(), error: z.unknown().optional() });
const backtestSchema = z.looseObject({ backtest_id: z.string(), result_hash: z.string() });

export interface Outcome {
  tools: string[];
  /** The hash of the backtest's result, which names bars, strategy, model and code. */
  resultHash: string;
  /** The first bytes of a chart that was asked for. */
  picture: string;
}

/**
 * A strategy, a training in its worker process, a backtest and a picture, through the official client; on a synthetic
 * market that is made first, or on bars that are there.
 */
export async function researchOver(transport: Transport, symbol: string = synthetic): Promise<Outcome> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  const call = async (name: string, given: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: given });
    if (result.isError) throw new Error(`${name}: ${JSON.stringify(result.content)}`);
    return result;
  };
  const ask = async (name: string, given: Record<string, unknown>) => (await call(name, given)).structuredContent;
  try {
    const { tools } = await client.listTools();
    const made = symbol === synthetic ? { mode: 'full', provider: 'synthetic' } : {};
    await ask('load_market_data', { symbol, timeframe: '1d', ...made });
    await ask('create_strategy', { name: 'packaged', yaml: strategyFor(symbol) });
    const { task_id } = z
      .looseObject({ task_id: z.string() })
      .parse(await ask('train_model', { strategy_name: 'packaged' }));
    await trained(() => ask('get_task_status', { task_id, wait_ms: 5_000 }));
    const { backtest_id, result_hash } = backtestSchema.parse(await ask('run_backtest', { strategy_name: 'packaged' }));
    const { content } = await call('get_chart', { kind: 'equity', id: backtest_id });
    const picture = content.find(({ type }) => type === 'image');
    return {
      tools: tools.map(({ name }) => name),
      resultHash: result_hash,
      picture: picture?.type === 'image' ? Buffer.from(picture.data, 'base64').subarray(1, 4).toString() : '',
    };
  } finally {
    await client.close();
  }
}

async function trained(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const { status, error } = taskSchema.parse(await ask());
    if (status === 'completed') return;
    if (status !== 'queued' && status !== 'running') throw new Error(`Training ${status}: ${JSON.stringify(error)}`);
  }
}
