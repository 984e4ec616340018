#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything is loaded: the next start finds every module compiled.
enableCompileCache();
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv);
