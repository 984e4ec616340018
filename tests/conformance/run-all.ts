import { runSuite } from './run-suite.ts';
import { serveFixtures } from './serve-fixtures.ts';
import { suites } from './suites.ts';
import type { Run } from './table.ts';

/** Every suite against one server, at the same time. */
export async function runAll(): Promise<Run[]> {
  const server = await serveFixtures();
  try {
    return await Promise.all(suites.map(async (suite) => ({ suite, outcomes: await runSuite(suite, server.url) })));
  } finally {
    await server.close();
  }
}
