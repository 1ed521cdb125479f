import type { Issue } from '#domain/issue';
import {
  gridJobs,
  MOST_JOBS,
  type Scalar,
  type SearchRange,
  searchRanges,
  type Tunable,
  type TunableName,
  type Tuning,
  tunables,
  tuningMetrics,
  tuningObjective,
} from '#domain/training/tuning-settings';
import type { Task } from '#schemas/records/task';

interface UncheckedTraining {
  readonly hyperparameters: Readonly<Record<string, Scalar>>;
  readonly tuning?: Tuning | undefined;
}

const shownBounds = ({ low, high, open }: Tunable): string =>
  high === undefined ? `${open ? 'above' : 'at least'} ${low}` : `${open ? 'above' : 'from'} ${low} to ${high}`;

function checkRange(name: TunableName, range: SearchRange, issue: Issue): void {
  const tunable: Tunable = tunables[name];
  const path = ['training', 'tuning', 'ranges', name];
  const numbers = range.kind === 'values' ? range.values : [range.min, range.max];
  const outside = numbers.find(
    (n) =>
      n < tunable.low || (tunable.open === true && n === tunable.low) || n > (tunable.high ?? Number.POSITIVE_INFINITY),
  );
  if (outside !== undefined) issue(path, `${outside} is outside: ${name} is ${shownBounds(tunable)}`);
  const fraction = tunable.type === 'integer' ? numbers.find((n) => !Number.isInteger(n)) : undefined;
  if (fraction !== undefined) issue(path, `${fraction} is not whole, and ${name} is a whole number`);
  if (range.kind === 'values') {
    if (new Set(range.values).size < range.values.length) issue(path, 'a value is listed twice');
    return;
  }
  if (range.min >= range.max) issue(path, `the least, ${range.min}, must be below the most, ${range.max}`);
  if (range.scale === 'logarithmic' && range.min <= 0) issue(path, 'a logarithmic scale needs a least above 0');
}

function checkJobs(tuning: Tuning, issue: Issue): void {
  const { strategy, maxJobs, parallel } = tuning;
  const at = (field: string) => ['training', 'tuning', field];
  if (strategy === 'Grid') {
    const numeric = searchRanges(tuning).find(([, { kind }]) => kind !== 'values');
    if (numeric)
      issue([...at('ranges'), numeric[0]], 'a Grid needs values: write { values: [...] }, or choose another strategy');
    else if (gridJobs(tuning) > MOST_JOBS) {
      issue(at('ranges'), `${gridJobs(tuning)} combinations; SageMaker trains at most ${MOST_JOBS}`);
    }
    if (maxJobs !== undefined) issue(at('maxJobs'), 'a Grid trains every combination: leave maxJobs out');
    return;
  }
  if (maxJobs === undefined) issue(at('maxJobs'), `missing; how many training jobs, 1 to ${MOST_JOBS}`);
  else if (parallel > maxJobs)
    issue(at('parallel'), `${parallel} jobs at once of ${maxJobs} in all; at most as many as maxJobs`);
}

/** Rules of `training.tuning` that span several fields: what SageMaker would refuse hours later. */
export function checkTuning({ hyperparameters, tuning }: UncheckedTraining, task: Task, issue: Issue): void {
  if (!tuning) return;
  const ranges = searchRanges(tuning);
  if (ranges.length === 0)
    issue(['training', 'tuning', 'ranges'], 'nothing to search: give a range for at least one hyperparameter');
  for (const [name, range] of ranges) {
    checkRange(name, range, issue);
    if (Object.hasOwn(hyperparameters, name)) {
      issue(
        ['training', 'hyperparameters', name],
        `${name} is searched by training.tuning: leave out its value or its range`,
      );
    }
  }
  checkJobs(tuning, issue);
  const { metric, direction } = tuningObjective(tuning, task, hyperparameters);
  if (direction === undefined) {
    issue(
      ['training', 'tuning', 'metric'],
      `"${metric}" cannot be tuned for in a ${task} task; allowed: ${Object.keys(tuningMetrics[task]).join(', ')}`,
    );
  }
  if (tuning.strategy !== 'Hyperband') return;
  if (tuning.earlyStopping)
    issue(['training', 'tuning', 'earlyStopping'], 'Hyperband stops jobs by itself: leave it out');
  if (tuning.ranges.num_round !== undefined) {
    issue(
      ['training', 'tuning', 'ranges', 'num_round'],
      'Hyperband decides how many rounds each job gets: set num_round as hyperparameter',
    );
  }
}
