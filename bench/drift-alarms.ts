import { parseArgs } from 'node:util';
import { compareWindow } from '#domain/drift/compare';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { createRandom } from '#domain/random';
import { drawBaseline, drawWindow, resample, table } from '../test/domain/drift/support/simulation.ts';
import { shareText } from './proportion.ts';

/**
 * False alarms of a check: windows without drift, a baseline of its own for each. The baseline is a sample of the same distribution; with
 * `--from rows` windows are drawn from its rows, with replacement. Both are drawn as counts of bins, which has the same distribution.
 */
const { values: options } = parseArgs({
  options: {
    windows: { type: 'string', default: '1000' },
    /** The seed of the first window: a table may be made in several runs, whose counts add up. */
    first: { type: 'string', default: '0' },
    baseline: { type: 'string', default: '5000' },
    columns: { type: 'string', default: '5,50,200' },
    rows: { type: 'string', default: '50,200,1000,5000,50000' },
    from: { type: 'string', default: 'distribution' },
  },
});
const [windows, first, baselineRows] = [Number(options.windows), Number(options.first), Number(options.baseline)];
const [widths, sizes] = [options.columns, options.rows].map((list) => list.split(',').map(Number)) as [
  number[],
  number[],
];
if (!['distribution', 'rows'].includes(options.from)) throw new TypeError('--from is distribution or rows');
const { falseAlarmRate, ...section } = driftSchema.parse({ schedule: 'rate(1 day)' });
const judge = { thresholds: thresholdsOf(section), falseAlarmRate, minRows: 1 };
const line = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);

/** Windows with a finding, by their sizes. A baseline has one window of each size. */
function alarms(columns: number): number[] {
  const models = table(columns);
  const found = sizes.map(() => 0);
  for (let i = first; i < first + windows; i++) {
    const random = createRandom(columns * 1_000_000 + i);
    const baseline = drawBaseline(models, baselineRows, random);
    for (const [at, rows] of sizes.entries()) {
      const window =
        options.from === 'rows' ? resample(baseline, rows, random) : drawWindow(baseline, models, rows, random);
      if (compareWindow({ baseline, window, ...judge }).drifted) found[at] = (found[at] as number) + 1;
    }
  }
  return found;
}

console.log(
  `Windows without drift that alarm, of ${windows} each: a share with its exact 95 % interval. Baselines of ${baselineRows} rows; windows from the ${options.from}\n`,
);
const found = widths.map(alarms);
line(['rows of the window', ...widths.map((columns) => `${columns} columns`)]);
line(['---', ...widths.map(() => '---')]);
for (const [at, rows] of sizes.entries()) line([rows, ...found.map((own) => shareText(own[at] as number, windows))]);
