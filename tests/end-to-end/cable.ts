import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can be cut and mended. */
export class Cable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server, target: URL) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no free port');
    this.url = `http://127.0.0.1:${address.port}`;
    this.#server = server;
    server.on('connection', (near) => {
      if (this.#isCut) return void near.destroy();
      const far = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => this.#sockets.delete(from) && to.destroy());
      }
    });
  }

  static async to(target: URL): Promise<Cable> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Cable(server, target);
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  remove(): void {
    this.#server.close();
    this.cut();
  }
}
