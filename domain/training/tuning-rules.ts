import type { Algorithm, TuningObjective } from '#domain/algorithms/algorithm';
import { boundsText, isWithin, type Scalar, type SearchSpace } from '#domain/algorithms/hyperparameter';
import type { Issue } from '#domain/issue';
import {
  gridJobs,
  MOST_JOBS,
  type SearchRange,
  searchRanges,
  type Tuning,
  tuningObjective,
} from '#domain/training/tuning-settings';
import type { Task } from '#schemas/records/task';

interface UncheckedTuning {
  readonly tuning: Tuning;
  readonly hyperparameters: Readonly<Record<string, Scalar>>;
}
type Ranges = ReturnType<typeof searchRanges>;

function checkRange(name: string, { type, bounds }: SearchSpace, range: SearchRange, issue: Issue): void {
  const path = ['training', 'tuning', 'ranges', name];
  const numbers = range.kind === 'values' ? range.values : [range.min, range.max];
  const outside = numbers.find((n) => !isWithin(n, bounds));
  if (outside !== undefined) issue(path, `${outside} is outside: ${name} is ${boundsText(bounds)}`);
  const fraction = type === 'integer' ? numbers.find((n) => !Number.isInteger(n)) : undefined;
  if (fraction !== undefined) issue(path, `${fraction} is not whole, and ${name} is a whole number`);
  if (range.kind === 'values') {
    if (new Set(range.values).size < range.values.length) issue(path, 'a value is listed twice');
    return;
  }
  if (range.min >= range.max) issue(path, `the least, ${range.min}, must be below the most, ${range.max}`);
  if (range.scale === 'logarithmic' && range.min <= 0) issue(path, 'a logarithmic scale needs a least above 0');
}

function checkJobs({ strategy, maxJobs, parallel }: Tuning, ranges: Ranges, issue: Issue): void {
  const at = (field: string) => ['training', 'tuning', field];
  if (strategy === 'Grid') {
    const numeric = ranges.find(([, { kind }]) => kind !== 'values');
    if (numeric)
      issue([...at('ranges'), numeric[0]], 'a Grid needs values: write { values: [...] }, or choose another strategy');
    else if (gridJobs(ranges) > MOST_JOBS) {
      issue(at('ranges'), `${gridJobs(ranges)} combinations; SageMaker trains at most ${MOST_JOBS}`);
    }
    if (maxJobs !== undefined) issue(at('maxJobs'), 'a Grid trains every combination: leave maxJobs out');
    return;
  }
  if (maxJobs === undefined) issue(at('maxJobs'), `missing; how many training jobs, 1 to ${MOST_JOBS}`);
  else if (parallel > maxJobs)
    issue(at('parallel'), `${parallel} jobs at once of ${maxJobs} in all; at most as many as maxJobs`);
}

/** Rules of `training.tuning` across fields, which SageMaker would check only hours later. */
export function checkTuning(
  { tuning, hyperparameters }: UncheckedTuning,
  task: Task,
  algorithm: Algorithm,
  objective: TuningObjective,
  issue: Issue,
): void {
  const ranges = searchRanges(tuning, algorithm);
  if (ranges.length === 0)
    issue(['training', 'tuning', 'ranges'], 'nothing to search: give a range for at least one hyperparameter');
  for (const [name, range] of ranges) {
    const search = algorithm.hyperparameters[name]?.search;
    if (search) checkRange(name, search, range, issue);
    if (Object.hasOwn(hyperparameters, name)) {
      issue(
        ['training', 'hyperparameters', name],
        `${name} is searched by training.tuning: leave out its value or its range`,
      );
    }
  }
  checkJobs(tuning, ranges, issue);
  const { metric, direction } = tuningObjective(tuning, task, hyperparameters, objective);
  if (direction === undefined) {
    issue(
      ['training', 'tuning', 'metric'],
      `"${metric}" cannot be tuned for in a ${task} task; allowed: ${Object.keys(objective.metrics[task]).join(', ')}`,
    );
  }
  if (tuning.strategy !== 'Hyperband') return;
  if (tuning.earlyStopping)
    issue(['training', 'tuning', 'earlyStopping'], 'Hyperband stops jobs by itself: leave it out');
  if (tuning.ranges[objective.resource] !== undefined) {
    issue(
      ['training', 'tuning', 'ranges', objective.resource],
      `Hyperband decides how many rounds each job gets: set ${objective.resource} as hyperparameter`,
    );
  }
}
