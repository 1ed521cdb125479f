import type { Json, MapState } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { StateRun } from '../interpreter/state-run.ts';

/** The items of a Map without reader: its Items field, or else its input. */
export async function inlineItems(run: StateRun<MapState>): Promise<Json[]> {
  const { Items } = run.state;
  if (Items !== undefined) return run.evaluateAs('array', Items, 'Items');
  if (Array.isArray(run.input)) return run.input;
  throw run.evaluationFailure(`Map state input must be an array but was: ${JSON.stringify(run.input)}`);
}

/** MaxConcurrency as a whole number; 0 means no limit. */
export async function maxConcurrency(run: StateRun<MapState>): Promise<number> {
  const value = await run.evaluateAs('number', run.state.MaxConcurrency ?? 0, 'MaxConcurrency');
  if (Number.isInteger(value) && value >= 0) return value;
  throw new ExecutionError(
    errorNames.runtime,
    `Expected non-negative integer for MaxConcurrency, got '${value}' instead.`,
  );
}
