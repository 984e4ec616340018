import { join } from 'node:path';

/** Where the lab's things lie below its home. */
export interface Folders {
  data: string;
  /** Membership files: `<name>.csv` with symbol, from, to. */
  universes: string;
  models: string;
  results: string;
  strategies: string;
}

export function labFolders(home: string): Folders {
  return {
    data: join(home, 'data'),
    universes: join(home, 'data', 'universes'),
    models: join(home, 'models'),
    results: join(home, 'results'),
    strategies: join(home, 'strategies'),
  };
}

/** Where trainings under way are kept, each under the id of its model. */
export function checkpointsFolder({ models }: Pick<Folders, 'models'>): string {
  return join(models, 'checkpoints');
}

/** The lab's database. */
export function databaseFile(home: string): string {
  return join(home, 'experiments', 'lab.db');
}
