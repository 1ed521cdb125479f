import { parseArgs } from 'node:util';
import { compareWindow } from '#domain/drift/compare';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { createRandom } from '#domain/random';
import { drawBaseline, drawWindow, normal, table } from '../test/domain/drift/support/simulation.ts';

const { values: options } = parseArgs({
  options: {
    windows: { type: 'string', default: '1000' },
    baseline: { type: 'string', default: '5000' },
    /** Windows that share a baseline: 1 draws each its own, which takes most of the time. */
    share: { type: 'string', default: '20' },
  },
});
const [windows, baselineRows, share] = [Number(options.windows), Number(options.baseline), Number(options.share)];
const { falseAlarmRate, ...section } = driftSchema.parse({ schedule: 'rate(1 day)' });
const judge = { thresholds: thresholdsOf(section), falseAlarmRate, minRows: 1 };
const sizes = [50, 200, 1000, 5000, 50_000];
const line = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);

/** The share of windows with a finding, when the first column has moved by so many standard deviations. */
function alarms(columns: number, rows: number, shift: number, repeats: number): number {
  const random = createRandom(columns * 1000 + rows);
  const models = table(columns);
  const moved = [normal(shift), ...models.slice(1)];
  let baseline = drawBaseline(models, baselineRows, random);
  let found = 0;
  for (let i = 0; i < repeats; i++) {
    if (i % share === share - 1) baseline = drawBaseline(models, baselineRows, random);
    const report = compareWindow({ baseline, window: drawWindow(baseline, moved, rows, random), ...judge });
    if (shift === 0 ? report.drifted : report.driftedColumns.includes('x0')) found += 1;
  }
  return found / repeats;
}

console.log(`Windows without drift that alarm, of ${windows} each; a baseline of ${baselineRows} rows\n`);
line(['rows of the window', '5 columns', '50 columns', '200 columns']);
line(['---', '---', '---', '---']);
for (const rows of sizes) {
  line([rows, ...[5, 50, 200].map((columns) => `${(100 * alarms(columns, rows, 0, windows)).toFixed(1)} %`)]);
}

console.log('\nSmallest shift of the mean of one column that is found in 80 % of windows, in standard deviations\n');
line(['rows of the window', '5 columns', '50 columns']);
line(['---', '---', '---']);
for (const rows of sizes) {
  const smallest = [5, 50].map((columns) => {
    for (let shift = 0.05; shift <= 3; shift += 0.05) {
      if (alarms(columns, rows, shift, Math.min(windows, 100)) >= 0.8) return shift.toFixed(2);
    }
    return 'none up to 3';
  });
  line([rows, ...smallest]);
}
