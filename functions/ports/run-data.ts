import type { RunPointer } from '#domain/runs/layout';

/** What a run derived from its drop. */
export interface RunData {
  /** Erases the rows and every record that may show a value of them, in all versions. A second call changes nothing. */
  erase(run: RunPointer): Promise<void>;
}
