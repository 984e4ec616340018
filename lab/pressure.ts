import { freeBytes, sayBytes } from '@stratlab/data/room.ts';
import type { Configuration } from './configuration.ts';
import { freeMemory } from './free-memory.ts';

/** What is free, in bytes; memory is null where this system does not say. */
export interface Room {
  disk: number;
  memory: number | null;
}

export type PressureLimits = Pick<Configuration, 'freeDiskMb' | 'freeMemoryMb'>;

const mebibyte = 2 ** 20;

/** Why no further job is to be started, in words; null where there is room enough. */
export function pressureOf({ disk, memory }: Room, { freeDiskMb, freeMemoryMb }: PressureLimits): string | null {
  if (disk < freeDiskMb * mebibyte)
    return tooLittle('on the disk of the home', disk, freeDiskMb, 'STRATLAB_FREE_DISK_MB');
  if (memory === null || memory >= freeMemoryMb * mebibyte) return null;
  return tooLittle('in memory', memory, freeMemoryMb, 'STRATLAB_FREE_MEMORY_MB');
}

/** What is free for a lab in this home, measured now. */
export function measureRoom(home: string): Room {
  return { disk: freeBytes(home), memory: freeMemory() };
}

/** As `pressureOf`, of now. */
export function pressureNow(configuration: PressureLimits & Pick<Configuration, 'home'>): string | null {
  return pressureOf(measureRoom(configuration.home), configuration);
}

function tooLittle(where: string, free: number, wantedMb: number, setting: string): string {
  return `waits for room ${where}: ${sayBytes(free)} free, ${sayBytes(wantedMb * mebibyte)} wanted (${setting})`;
}
