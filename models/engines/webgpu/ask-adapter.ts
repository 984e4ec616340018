import { openGpu } from './package.ts';

/** Writes the name of the adapter, or nothing where there is none. */
const adapter = await (await openGpu()).requestAdapter();
if (adapter !== null) {
  const { vendor, architecture, description } = adapter.info;
  process.stdout.write(description || `${vendor} ${architecture}`);
}
process.exit(0);
