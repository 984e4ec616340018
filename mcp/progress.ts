import type { ServerContext } from '@modelcontextprotocol/server';
import type { CallContext } from './tool.ts';

/** What a running call may tell its caller; progress goes out only to one that asked for it, and only forwards. */
export function callContext({ mcpReq }: ServerContext): CallContext {
  const progressToken = mcpReq._meta?.progressToken;
  let last = -1;
  return {
    signal: mcpReq.signal,
    progress(percent, message) {
      if (progressToken === undefined || mcpReq.signal.aborted || percent <= last) return;
      last = percent;
      const params = { progressToken, progress: percent, total: 100, message };
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
    },
  };
}
