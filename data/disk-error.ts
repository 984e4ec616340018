import { LabError } from './error.ts';

const faults = new Map<string, readonly [why: string, hint: string]>([
  ['ENOSPC', ['the disk is full', 'Free space on that disk (`stratlab clean` removes what may go), then do it again.']],
  [
    'EDQUOT',
    ['the quota of the disk is used up', 'Free space (`stratlab clean` removes what may go), then do it again.'],
  ],
  ['EROFS', ['the file system is mounted read-only', 'Mount it writable, then do it again.']],
  ['EIO', ['the disk reports a fault', 'Check the disk, then run `stratlab verify`.']],
  ['EACCES', ['access is denied', 'Let the user of this process read and write there.']],
  ['EPERM', ['access is denied', 'Let the user of this process read and write there.']],
  ['EMFILE', ['too many files are open', 'Raise the limit of open files, or lower STRATLAB_WORKERS.']],
  ['ENFILE', ['too many files are open', 'Raise the limit of open files, or lower STRATLAB_WORKERS.']],
]);

/**
 * A fault of the operating system as LabError `unavailable`: what failed (`weights.safetensors could not be written`),
 * why, and the next step. Any other error comes back as it is.
 */
export function diskErrorOf(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const [why, hint] = faults.get(String(error.code)) ?? [
    error.message,
    "Check the disk and the permissions of the lab's home.",
  ];
  return new LabError('unavailable', `${what}: ${why}.`, { hint, cause: error });
}
