import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const debianPackages: Record<string, string> = {
  'docker-compose': 'docker-compose',
  bwrap: 'bubblewrap',
  buildah: 'buildah',
  debootstrap: 'debootstrap',
  'redis-server': 'redis-server',
};

/** False where the program is on the path, else why a test that needs it is skipped. */
export function missing(program: keyof typeof debianPackages): string | false {
  const found = (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
  return found ? false : `needs ${program}: apt-get install ${debianPackages[program]} (Debian)`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
