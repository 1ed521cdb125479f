import type { WindowRows } from '#domain/drift/performance/estimate';
import type { PerformanceSettings } from '#domain/drift/performance/settings';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import type { Random } from '#domain/random';
import type { PerformanceReference } from '#schemas/records/performance-estimate';
import type { Task } from '#schemas/records/task';

/** What the rows of a simulated world are like. */
export interface World {
  /** Added to the first input. */
  readonly shift?: number;
  /** What the label follows from, in place of the first input's effect of 2. */
  readonly effect?: number;
  /** Added to the second input, which neither model nor label uses. */
  readonly idleShift?: number;
}

export interface SimulatedRows extends WindowRows {
  readonly labels: number[];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Rows with two inputs. The label follows from the first, and the model's scores are too sure of themselves. */
export function simulate(
  task: Task,
  rows: number,
  random: Random,
  { shift = 0, effect = 2, idleShift = 0 }: World = {},
): SimulatedRows {
  const values: number[] = [];
  const scores: number[] = [];
  const labels: number[] = [];
  for (let row = 0; row < rows; row++) {
    const [x, idle] = [random.normal() + shift, random.normal() + idleShift];
    values.push(x, idle);
    if (task === 'regression') {
      scores.push(2 * x);
      labels.push(effect * x + random.normal() * (0.5 + Math.abs(x)));
    } else if (task === 'binary') {
      scores.push(sigmoid(4 * x));
      labels.push(random.float() < sigmoid(effect * x) ? 1 : 0);
    } else {
      const of = (slope: number) => [sigmoid(-slope * x - 1), 0.3, sigmoid(slope * x - 1)];
      const share = (weights: number[]) => weights.map((one) => one / weights.reduce((a, b) => a + b, 0));
      const [low, middle] = share(of(effect)) as [number, number, number];
      scores.push(...share(of(4)));
      const drawn = random.float();
      labels.push(drawn < low ? 0 : drawn < low + middle ? 1 : 2);
    }
  }
  return {
    inputs: { rows, width: 2, values: Float64Array.from(values) },
    scores: Float64Array.from(scores),
    labels,
  };
}

export const toReference = (task: Task, { inputs, scores, labels }: SimulatedRows): PerformanceReference => ({
  version: 1,
  task,
  classes: { binary: 2, multiclass: 3, regression: 0 }[task],
  threshold: 0.5,
  inputs: [
    { at: 0, column: 'x' },
    { at: 1, column: 'idle' },
  ],
  leftOut: [],
  rows: inputs.rows,
  values: [...inputs.values],
  scores: [...scores],
  labels,
});

export const settingsFor = (
  metric: string,
  changed: Partial<PerformanceSettings> = {},
): PerformanceSettings & { metric: string } => ({ ...performanceSettingsSchema.parse({}), ...changed, metric });
