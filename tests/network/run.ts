import { withoutRedis } from '../faults/redis-server.ts';
import { full, short } from './plan.ts';
import { runBatch } from './run-batch.ts';
import { withoutNamespaces } from './without-namespaces.ts';

/**
 * `npm run check:network [-- --short]`: two workers in network namespaces of their own train a batch for a lab in a third,
 * and one is cut off for a while; exit code 1 where anything is lost, doubled or left over.
 */
const missing = withoutNamespaces || withoutRedis;
if (missing !== false) throw new Error(missing);
const say = (line: string) => process.stdout.write(`${line}\n`);
const { faults, ...figures } = await runBatch(process.argv.includes('--short') ? short : full, say);
say(JSON.stringify(figures));
for (const fault of faults) say(`FAULT ${fault}`);
if (faults.length > 0) process.exitCode = 1;
