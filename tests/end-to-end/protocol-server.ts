import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { serveStdio } from '@stratlab/mcp/stdio.ts';
import { fixtureTools } from './fixture-tools.ts';

/** A server over stdio with the tools of the tests, in the home that the environment names. */
const lab = openLab(readConfiguration(process.env), { work: false });
await serveStdio(lab, { tools: fixtureTools, toolsets: 'all' });
await lab.close();
