import { describe, expect, it } from 'vitest';
import { futureTimesSql, futureWarnings, readFutureTimes, watchedColumns } from '#domain/data/future-times';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { countShard } from '#domain/data/profile';
import { pipelineSchema } from '#schemas/pipeline';
import type { Profile } from '#schemas/records/profile';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const pipelineOf = (dataset: object) =>
  pipelineSchema.parse(
    smallPipeline({
      id: 'id',
      time: 'at',
      ...dataset,
      columns: {
        x: { role: 'feature', type: 'number' },
        due: { role: 'feature', type: 'datetime', parts: ['month'] },
        born: { role: 'quasi', action: 'dateShift', days: 30 },
        ...('columns' in dataset ? (dataset.columns as object) : {}),
      },
    }),
  );

describe('columns that are compared with the arrival of the drop', () => {
  it('are those of dates, with the days that an action moves them, and the time of the rows once', () => {
    expect(watchedColumns(pipelineOf({}))).toEqual([
      { column: 'at', clean: '_time', movedDays: 0 },
      { column: 'due', clean: 'due', movedDays: 0 },
      { column: 'born', clean: 'born', movedDays: 30 },
    ]);
    const at = { role: 'feature', type: 'datetime', parts: ['hour'] };
    expect(watchedColumns(pipelineOf({ columns: { at } })).map(({ clean }) => clean)).toEqual(['due', 'born', 'at']);
    expect(watchedColumns(pipelineOf({ time: undefined })).map(({ clean }) => clean)).toEqual(['due', 'born']);
  });

  it('are none that declare future, themselves or by the dataset', () => {
    const due = { role: 'feature', type: 'datetime', parts: ['month'], future: true };
    expect(watchedColumns(pipelineOf({ columns: { due } })).map(({ column }) => column)).toEqual(['at', 'born']);
    const dates = { format: 'iso', future: true };
    const own = { ...due, format: '%d/%m/%Y', future: undefined };
    expect(watchedColumns(pipelineOf({ dates, columns: { due: own } }))).toEqual([]);
  });
});

it('a time counts from a day after the arrival on, and later by the days that it may have moved', async () => {
  using engine = await testEngine();
  const columns = [
    { column: 'a', clean: 'a', movedDays: 0 },
    { column: 'b', clean: 'b', movedDays: 2 },
  ];
  const times = ['2026-02-01 10:00:00', '2026-02-01 10:00:01', '2026-02-03 10:00:00', '2026-02-03 10:00:01'];
  const rows = `(SELECT t::TIMESTAMP AS a, t::TIMESTAMP AS b FROM (VALUES ${times.map((t) => `('${t}')`).join(', ')}, (NULL)) v(t))`;
  const [row = {}] = await engine.query('count', futureTimesSql(columns, '2026-01-31T10:00:00.000Z', rows));
  expect(readFutureTimes(columns, row)).toEqual([
    { column: 'a', rows: 3 },
    { column: 'b', rows: 1 },
  ]);
  expect(readFutureTimes(columns, { f0: 0, f1: 0 })).toEqual([]);
});

it('the counts of shards are kept where there are any, and added', () => {
  const side = { rows: 0, classes: [], label: { count: 0, mean: 0, m2: 0, min: null, max: null } };
  const profile = (future: NonNullable<Profile['future']>): Profile => ({
    ...countShard(9, [], { future }),
    sides: { train: side, validation: side, test: side },
    columns: {},
  });
  const [none, some, more] = [
    profile([]),
    profile([
      { column: 'b', rows: 2 },
      { column: 'a', rows: 1 },
    ]),
    profile([{ column: 'b', rows: 3 }]),
  ];
  expect(none).not.toHaveProperty('future');
  expect(mergeProfiles(none, none)).not.toHaveProperty('future');
  expect(mergeProfiles(some, more).future).toEqual([
    { column: 'a', rows: 1 },
    { column: 'b', rows: 5 },
  ]);
  expect(mergeProfiles(none, more).future).toEqual([{ column: 'b', rows: 3 }]);
});

it('a warning names the column, the number of rows and what to check', () => {
  const { dataset } = pipelineOf({ dates: { format: '%d.%m.%y', pivot: 1930 } });
  expect(futureWarnings(dataset, {})).toEqual([]);
  expect(futureWarnings(dataset, { future: [{ column: 'at', rows: 1200 }] })).toEqual([
    'Column "at" is later than the drop\'s arrival in 1,200 rows. Its pivot of 1930 makes years from 1930 to 2029 of two digits: ' +
      'check it, or set future: true beside its format if such times are right.',
  ]);
});
