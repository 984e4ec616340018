import { setFlagsFromString } from 'node:v8';

/**
 * What happens at a bar is one compiled function only where V8 may inline all of it. Its own budget of 920 bytes of
 * bytecode ends in the middle, which costs a fifth of the speed (`npm run bench -- backtest`).
 */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=6000');
