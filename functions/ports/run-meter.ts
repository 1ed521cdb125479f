import type { RunPointer } from '#domain/runs/layout';
import type { Measured } from '#schemas/records/costs';

/** What AWS reports of a run. */
export interface RunMeter {
  /**
   * The run's jobs with their billable seconds, and what its executions entered and called. A job that goes on counts until now.
   *
   * @param executionArn the execution of `retrain` that it belongs to
   */
  read(run: RunPointer, executionArn: string): Promise<Measured>;
}
