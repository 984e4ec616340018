#!/usr/bin/env node
// The native database crashes the process where Node-API is older than 10: before Node 22.14, and from 23.0 to 23.5.
if (Number(process.versions.napi) < 10) {
  process.stderr.write(`Stratlab needs Node 22.14, 23.6 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  await import('./dist/cli-main.js');
}
