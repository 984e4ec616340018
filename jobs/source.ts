import type { Books } from './books.ts';
import type { Log } from './job-process.ts';
import type { ReadyJob } from './job-store.ts';
import type { Runner, Slots } from './runner.ts';

/** What a way of taking jobs works with. */
export interface SourceContext {
  books: Books;
  /** The first jobs of each capability that could be taken now; null where this process cannot know. */
  ready: ((mostOfEach: number) => ReadyJob[]) | null;
  runner: Runner;
  slots: Slots;
  /** Why no job is taken now, or null. */
  heldBack: () => string | null;
  log: Log;
}

/** How jobs that are ready reach free hands. */
export interface JobSource {
  /** Called when jobs may be ready or a slot may be free, several times a second at least. */
  look(): void;
  /** Why jobs do not come, or null. */
  problem(): string | null;
  /** Takes nothing more. */
  stop(): Promise<void>;
}
