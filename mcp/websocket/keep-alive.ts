import type { WebSocket } from 'ws';

/**
 * Pings every `everyMs` until the socket closes, and breaks it where nothing at all was heard since the ping before. A
 * ping carries `sent()`, which the pong gives back. A socket that is not being read is left alone.
 */
export function keepAlive(socket: WebSocket, everyMs: number, sent: () => number): void {
  let heard = true;
  const hear = () => {
    heard = true;
  };
  for (const sign of ['message', 'ping', 'pong']) socket.on(sign, hear);
  const timer = setInterval(() => {
    if (socket.isPaused || socket.readyState !== socket.OPEN) return;
    if (!heard) return socket.terminate();
    heard = false;
    socket.ping(String(sent()));
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
