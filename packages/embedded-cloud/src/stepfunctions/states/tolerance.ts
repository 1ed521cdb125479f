import type { MapState } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { StateRun } from '../interpreter/state-run.ts';

/** The failures a map run puts up with. */
export interface Tolerance {
  readonly count: number | undefined;
  readonly percentage: number | undefined;
}

/** The tolerances of a Map, evaluated and checked. @throws ExecutionError for what is no count or percentage */
export async function readTolerance(run: StateRun<MapState>): Promise<Tolerance> {
  const { ToleratedFailureCount, ToleratedFailurePercentage } = run.state;
  const count =
    ToleratedFailureCount === undefined
      ? undefined
      : await run.evaluateAs('number', ToleratedFailureCount, 'ToleratedFailureCount');
  const percentage =
    ToleratedFailurePercentage === undefined
      ? undefined
      : await run.evaluateAs('number', ToleratedFailurePercentage, 'ToleratedFailurePercentage');
  if (count !== undefined && !Number.isInteger(count)) {
    throw new ExecutionError(
      errorNames.runtime,
      `ToleratedFailureCount must be a whole number, got '${count}' instead.`,
    );
  }
  if (count !== undefined && count < 0)
    throw new ExecutionError(errorNames.runtime, 'ToleratedFailureCount cannot be negative.');
  if (percentage !== undefined && !(percentage >= 0 && percentage <= 100)) {
    throw new ExecutionError(errorNames.runtime, 'ToleratedFailurePercentage must be between 0 and 100.');
  }
  return { count, percentage };
}
