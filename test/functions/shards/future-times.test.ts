import { afterEach, describe, expect, it } from 'vitest';
import { futureWarnings } from '#domain/data/future-times';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

/** The tests' drop arrives on 31 January 2026. */
const dated = (dataset: Record<string, unknown>) =>
  smallPipeline({
    id: 'id',
    time: 'at',
    dates: { format: '%d.%m.%y', pivot: 1970 },
    ...dataset,
    columns: {
      x: { role: 'feature', type: 'number' },
      born: { role: 'quasi', action: 'generalize', truncateTo: 'year' },
      seen: { role: 'quasi', action: 'dateShift', days: 30 },
      due: { role: 'feature', type: 'datetime', parts: ['year'], format: 'iso' },
      ...(dataset['columns'] as Record<string, unknown> | undefined),
    },
  });
const header = 'id,y,at,x,born,seen,due';
const lines = (rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`;

let run: DataRun;
afterEach(() => run[Symbol.dispose]());

describe('times later than the arrival of the drop', () => {
  it('are counted for every column of dates, whatever its action, and the time of the rows', async () => {
    run = await startRun(dated({}));
    run.drop(
      'small/d/a.csv',
      lines(['a,0,01.01.26,1,01.01.69,05.05.40,2026-03-01', 'b,1,01.01.55,1,01.01.69,01.01.20,']),
    );
    await run.desensitize('small/d/a.csv');
    expect((await run.counts()).future).toEqual([
      { column: 'at', rows: 1 },
      { column: 'born', rows: 2 },
      { column: 'seen', rows: 1 },
      { column: 'due', rows: 1 },
    ]);
  });

  it('are none within a day, because zones and clocks differ, nor within the days of a shift', async () => {
    run = await startRun(dated({}));
    run.drop('small/d/a.csv', lines(['a,0,01.02.26,1,01.01.70,31.01.26,2026-02-01T10:14:00Z']));
    await run.desensitize('small/d/a.csv');
    expect((await run.counts()).future).toBeUndefined();
  });

  it('are right where the column or the dataset declares them', async () => {
    const dates = { format: '%d.%m.%y', pivot: 1970, future: true };
    run = await startRun(
      dated({
        dates,
        columns: { due: { role: 'feature', type: 'datetime', parts: ['year'], format: 'iso', future: false } },
      }),
    );
    run.drop('small/d/a.csv', lines(['a,0,01.01.55,1,01.01.69,05.05.40,2026-03-01']));
    await run.desensitize('small/d/a.csv');
    expect((await run.counts()).future).toEqual([{ column: 'due', rows: 1 }]);
  });

  it('are summed over the files of a drop, and become warnings without a value', async () => {
    run = await startRun(dated({}));
    const some = (first: number) =>
      Array.from({ length: 40 }, (_, i) => `${first + i},${i % 2},01.01.20,${i},01.01.69,01.01.20,2020-01-01`);
    run.drop('small/d/a.csv', lines(some(0)));
    run.drop('small/d/b.csv', lines([...some(40).slice(1), '99,1,01.01.20,1,01.01.69,01.01.20,2026-05-01']));
    await run.desensitize('small/d/a.csv', 0);
    await run.desensitize('small/d/b.csv', 1);
    await run.fit(2);
    const profile = await run.artifacts.readText('small/runs/r1/profile.json').then(JSON.parse);
    expect(futureWarnings(run.pipeline.dataset, profile)).toEqual([
      'Column "born" is later than the drop\'s arrival in 80 rows. Its pivot of 1970 makes years from 1970 to 2069 of two digits: ' +
        'check it, or set future: true beside its format if such times are right.',
      'Column "due" is later than the drop\'s arrival in 1 row. Check its format and zone, ' +
        'or set future: true beside its format if such times are right.',
    ]);
  });
});
