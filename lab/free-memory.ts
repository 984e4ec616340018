import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Bytes of memory that may still be used: of the machine, or of the container (cgroup of either version) where that has
 * less left. Cached files that can be dropped count as free. Null where the system is not Linux.
 */
export function freeMemory(): number | null {
  if (process.platform !== 'linux') return null;
  const groups = groupFolders('/sys/fs/cgroup', readText('/proc/self/cgroup') ?? '');
  return Math.min(freemem(), ...groups.map(freeIn));
}

/** Folders of the memory groups that this process is in, innermost first, from the text of `/proc/self/cgroup`. */
export function groupFolders(root: string, membership: string): string[] {
  const line = membership.split('\n').find((each) => /^\d+:(memory|[^:]*,memory|memory,[^:]*):/.test(each));
  const [, , path = '/'] = (line ?? membership.split('\n').find((each) => each.startsWith('0::')) ?? '').split(':');
  const base = line === undefined ? root : join(root, 'memory');
  const folders: string[] = [];
  for (let folder = path; folder !== '/'; folder = dirname(folder)) folders.push(join(base, folder));
  return [...folders, base];
}

/** What a group has left of its limit; infinite where it has none or does not say. */
export function freeIn(folder: string): number {
  const limit = readNumber(join(folder, 'memory.max')) ?? readNumber(join(folder, 'memory.limit_in_bytes'));
  const used = readNumber(join(folder, 'memory.current')) ?? readNumber(join(folder, 'memory.usage_in_bytes'));
  if (limit === null || used === null) return Number.POSITIVE_INFINITY;
  const statistics = readText(join(folder, 'memory.stat')) ?? '';
  const droppable =
    (/^total_inactive_file (\d+)$/m.exec(statistics) ?? /^inactive_file (\d+)$/m.exec(statistics))?.[1] ?? 0;
  return Math.max(0, limit - used + Number(droppable));
}

/** Null for `max` and for what is not there. */
function readNumber(path: string): number | null {
  const text = readText(path)?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
