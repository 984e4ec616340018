import { Writable } from 'node:stream';

/**
 * Takes stdout for the protocol alone: the returned stream is the only way to it, and whatever else is written to
 * `process.stdout` from now on goes to stderr.
 */
export function takeStdout(): Writable {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  const frames = new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, encoding, done) => void write(chunk, encoding, done),
  });
  stdout.on('error', (error) => frames.destroy(error));
  return frames;
}
