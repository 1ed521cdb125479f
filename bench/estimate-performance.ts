import { parseArgs } from 'node:util';
import { ensurePython } from '#cli/python/environment';
import { readTable, shuffled, sources, trainAndScore } from './estimate-data.ts';
import { electricity, estimate, mean, realise, referenceOf } from './estimate-windows.ts';

const show = (value: number): string => value.toFixed(3);

/** Windows after the first fifth of ELEC2, in the order of time. */
function printElectricity(python: string, seed: number, windows: number): void {
  const { before, holdout, periods } = electricity(python, seed, windows);
  console.log(`ELEC2, seed ${seed}: accuracy ${show(before)} on ${holdout} holdout rows of the first fifth`);
  for (const [i, { truth, found, forced }] of periods.entries()) {
    if (windows > 8) break;
    const facts = found.status === 'none' ? '' : `outside ${show(found.outside)}, overlap ${show(found.overlap)}: `;
    const text =
      found.status === 'estimated'
        ? `${show(found.judged.value)} (${show(found.judged.low)} to ${show(found.judged.high)})`
        : `no estimate (it would be ${show(forced)})`;
    console.log(`  ${i + 1}: truth ${show(truth)}; ${facts}${text}${found.alarm ? '; alarm' : ''}`);
  }
  const errors: number[] = [];
  let covered = 0;
  for (const { truth, found } of periods) {
    if (found.status !== 'estimated') continue;
    errors.push(Math.abs(found.judged.value - truth));
    covered += Number(truth >= found.judged.low && truth <= found.judged.high);
  }
  const fallen = periods.filter(({ truth }) => truth < before - 0.05);
  const late = fallen.findIndex(({ found }) => found.alarm);
  const forced = mean(periods.map((period) => Math.abs(period.forced - period.truth)));
  console.log(
    `  ${errors.length} of ${windows} windows with an estimate: mean absolute error ${show(mean(errors))} (forced for all: ${show(forced)}), ${covered} of ${errors.length} intervals cover the truth; alarm in window ${late + 1} of those that fell by 0.05`,
  );
}

/** Windows drawn from rows that neither the model nor the reference has: nothing changed. */
function withoutDrift(name: keyof typeof sources, metric: string, python: string, size: number, windows: number): void {
  const table = readTable(sources[name]);
  const order = shuffled(table.labels.length, 1);
  const [half, most] = [Math.floor(0.4 * order.length), Math.floor(0.6 * order.length)];
  const scored = { table, scores: trainAndScore(table, order.slice(0, half), python) };
  const reference = referenceOf(scored, order.slice(half, most).slice(0, 4000));
  const rest = order.slice(most);
  let [errors, given, covered, alarms, width] = [0, 0, 0, 0, 0];
  for (let i = 0; i < windows; i++) {
    const window = shuffled(rest.length, i + 1)
      .slice(0, size)
      .map((at) => rest[at] as number);
    const found = estimate(reference, scored, window, metric);
    alarms += Number(found.alarm);
    if (found.status !== 'estimated') {
      console.log('   ', found.reason);
      continue;
    }
    const truth = realise(scored, window)[metric] as number;
    const { value, low, high } = found.judged;
    given += 1;
    errors += Math.abs(value - truth);
    width += (high - low) / 2;
    covered += Number(truth >= low && truth <= high);
  }
  console.log(
    `${name.padEnd(12)}${metric.padEnd(10)}${size} rows: ${given} of ${windows} with an estimate, mean absolute error ${show(errors / given)}, half interval ${show(width / given)}, coverage ${show(covered / given)}, ${alarms} alarms`,
  );
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    windows: { type: 'string', default: '8' },
    sizes: { type: 'string', default: '300,2000' },
    'no-drift': { type: 'string', default: '40' },
    only: { type: 'string' },
  },
});
const { python } = await ensurePython();
if (values.only !== 'no-drift') {
  for (let seed = 1; seed <= Number(values.seeds); seed++) printElectricity(python, seed, Number(values.windows));
}
if (values.only !== 'elec2') {
  for (const size of values.sizes.split(',').map(Number)) {
    withoutDrift('taiwan', 'auc', python, size, Number(values['no-drift']));
    withoutDrift('adult', 'accuracy', python, size, Number(values['no-drift']));
    withoutDrift('california', 'mae', python, size, Number(values['no-drift']));
    if (size < 1900) withoutDrift('wine', 'accuracy', python, size, Number(values['no-drift']));
  }
}
