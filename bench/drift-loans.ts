import { parseArgs } from 'node:util';
import { type LoanYear, liveThrough } from '../test/domain/drift/support/loan-drift.ts';
import { shareText } from './proportion.ts';

/**
 * The checks of a loan book's model (`examples/loans`), window by window, with what they decide and start: without a change of the economy, and
 * with a downturn from the third window on. The model answers the true probabilities of the economy that it was trained in.
 */
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    first: { type: 'string', default: '1' },
    windows: { type: 'string', default: '10' },
    /** Rows of a window. */
    rows: { type: 'string', default: '500' },
    /** The estimate of the performance decides, not the columns: about a second a window. */
    estimates: { type: 'boolean', default: false },
  },
});
const [seeds, first, windows, rows] = [options.seeds, options.first, options.windows, options.rows].map(Number) as [
  number,
  number,
  number,
  number,
];
const downturn = 2;
const all = async (more: Partial<LoanYear>) => {
  const lives = [];
  for (let seed = first; seed < first + seeds; seed++) {
    lives.push(await liveThrough({ seed, windows, rows, estimates: options.estimates, ...more }));
  }
  return lives;
};
const decides = options.estimates ? 'the estimate of the performance' : 'the columns';
console.log(`${seeds} seeds, ${windows} windows of ${rows} loans each; what decides: ${decides}`);

const quiet = (await all({})).flatMap(({ alarms }) => alarms).length;
console.log(`a normal economy: ${quiet} alarms, ${shareText(quiet, seeds * windows)} of the windows`);

const lives = await all({ downturn });
const within = (most: number): number =>
  lives.filter(({ alarms }) => alarms.some((at) => at >= downturn && at < downturn + most)).length;
const early = lives.filter(({ alarms }) => alarms.some((at) => at < downturn)).length;
const retrains = (count: number): number => lives.filter((own) => own.retrains.length === count).length;
console.log(
  `a downturn from window ${downturn + 1} on: an alarm in its first window with ${within(1)} seeds, by its second with ${within(2)}, before it with ${early}`,
);
console.log(`retrains: none with ${retrains(0)} seeds, one with ${retrains(1)}, two with ${retrains(2)}`);
const waited = new Map<string, number>();
for (const reason of lives.flatMap((own) => own.waited)) {
  const kind = reason.replace(/run r\d+/, 'a run');
  waited.set(kind, (waited.get(kind) ?? 0) + 1);
}
for (const [reason, count] of waited) console.log(`${count} alarms started nothing: ${reason}`);
