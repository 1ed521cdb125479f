import type { RunPointer } from '#domain/runs/layout';

/** The folders of runs in one bucket. */
export interface RunFolders {
  /** The ids of a pipeline's runs and batches that have objects. */
  list(pipeline: string): Promise<string[]>;
  /** How many objects of a run there are, in all versions, and their bytes. */
  measure(run: RunPointer): Promise<{ readonly objects: number; readonly bytes: number }>;
  /** Deletes all versions of a run's objects. A second call changes nothing. */
  erase(run: RunPointer): Promise<void>;
}
