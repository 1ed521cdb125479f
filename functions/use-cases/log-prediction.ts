import type { PredictionWriter } from '#functions/ports/prediction-log';
import { within } from '#functions/use-cases/ask-challenger';
import type { PredictionRecord } from '#schemas/records/prediction';

/** The dependencies of logging a prediction. */
export interface LoggingPorts {
  readonly log: PredictionWriter;
  /** The token of an id. */
  readonly tokenOf: (id: string) => Promise<string>;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Reports that a prediction was not logged, with the name of the error. */
  readonly reportUnlogged: (reason: string) => void;
}

/** The longest that an answer waits for its log, in milliseconds. */
const longestWait = 1000;

/**
 * Logs a prediction. The caller's answer does not depend on it: what goes wrong is reported, and it takes a second at most.
 *
 * @param ids of the rows, which leave this function as tokens alone
 */
export async function logPrediction(
  { log, tokenOf, wait, reportUnlogged }: LoggingPorts,
  record: Omit<PredictionRecord, 'rows'>,
  ids: readonly (string | undefined)[],
): Promise<void> {
  const write = async (): Promise<'written'> => {
    const keys = await Promise.all(ids.map((id) => (id === undefined ? undefined : tokenOf(id))));
    const rows = keys.map((key, row) => ({ row, ...(key === undefined ? {} : { key }) }));
    await log.write({ ...record, rows });
    return 'written';
  };
  const written = await within(
    wait,
    longestWait,
    write().catch((error: unknown) => (error instanceof Error ? error.name : 'unknown')),
  );
  if (written !== 'written') reportUnlogged(written ?? 'slow');
}
