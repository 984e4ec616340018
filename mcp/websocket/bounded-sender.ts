import type { WebSocket } from 'ws';
import type { ConnectionLimits } from './limits.ts';
import { closeCodes } from './protocol.ts';

type SendLimits = Pick<ConnectionLimits, 'pauseAbove' | 'closeAbove' | 'stalledMs'>;

/**
 * Sends to a peer that may read slowly. While more than `pauseAbove` bytes wait, nothing is read from it, so it cannot
 * ask for more; beyond `closeAbove`, or where none of it moves for `stalledMs`, the connection is closed.
 */
export function boundedSender(socket: WebSocket, limits: SendLimits): (frame: Buffer) => void {
  let stalled: NodeJS.Timeout | undefined;
  const giveUp = (reason: string) => {
    clearTimeout(stalled);
    socket.close(closeCodes.notReading, reason);
    socket.resume();
  };
  const moved = () => {
    if (!socket.isPaused) return;
    if (socket.bufferedAmount > limits.pauseAbove / 2) return void stalled?.refresh();
    clearTimeout(stalled);
    socket.resume();
  };
  socket.once('close', () => clearTimeout(stalled));
  return (frame) => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(frame, { binary: false }, moved);
    const waiting = socket.bufferedAmount;
    if (waiting > limits.closeAbove) giveUp(`${waiting} bytes wait unread, at most ${limits.closeAbove} may`);
    else if (waiting > limits.pauseAbove && !socket.isPaused) {
      socket.pause();
      stalled = setTimeout(() => giveUp(`nothing was read for ${limits.stalledMs} ms`), limits.stalledMs);
    }
  };
}
