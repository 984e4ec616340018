import { join } from 'node:path';
import { entryPoint } from './sandbox.ts';

/**
 * Arguments that show this machine's `/usr` and the package as the image would have them: for a test without an image.
 * `modules` holds the installed package.
 */
export function hostSystem(modules: string): string[] {
  const [node, command] = entryPoint();
  if (node !== 'node' || command === undefined) throw new Error('The entry point is not a script for node');
  const inImage = command.slice(0, command.indexOf('/node_modules/'));
  return [
    ...['--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib'],
    ...['--symlink', 'usr/lib64', '/lib64', '--dir', '/etc', '--dir', '/lab', '--dir', '/run/secrets'],
    ...[
      '--tmpfs',
      '/usr/local/bin',
      '--ro-bind',
      process.execPath,
      '/usr/local/bin/node',
      '--remount-ro',
      '/usr/local/bin',
    ],
    ...['--ro-bind', modules, join(inImage, 'node_modules')],
  ];
}
