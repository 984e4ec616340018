import { Console } from 'node:console';

/**
 * Imported before anything else of a process that speaks the protocol on stdout: what a dependency prints goes to stderr,
 * where it cannot be taken for a frame.
 */
globalThis.console = new Console(process.stderr, process.stderr);
