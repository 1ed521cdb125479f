import { describe, expect, test } from 'vitest';
import { cleanKeys } from '#domain/runs/layout';
import { smallPipeline, startRun } from '../../fakes/data-run.ts';

const dataset = (seen: object) => ({
  columns: { seen: { role: 'feature', type: 'datetime', parts: ['year', 'month', 'dayOfMonth'], ...seen } },
});
const lines = Array.from({ length: 28 }, (_, i) => {
  const day = String(i + 1).padStart(2, '0');
  return `${i % 2},${day}/01/${20 + (i % 5)}`;
});

describe('a file of dates with two digits of the year', () => {
  test('is refused, and the message says what to do', async () => {
    using run = await startRun(smallPipeline(dataset({})));
    run.drop('small/d/a.csv', `y,seen\n${lines.join('\n')}\n`);
    await expect(run.desensitize('small/d/a.csv')).rejects.toThrow(
      'column "seen": write the year with four digits, or declare a format (28 rows: lines 2, 3, 4, …)',
    );
  });

  test('is the time of the rows of a column that is no model input, by the format of that column', async () => {
    const columns = {
      x: { role: 'feature', type: 'number' },
      at: { role: 'ignore', format: '%d/%m/%y', pivot: 1970, nullValues: ['?'] },
    };
    using run = await startRun(smallPipeline({ time: 'at', columns }));
    run.drop('small/d/a.csv', 'y,x,at\n0,1,05/01/20\n1,2,?\n');
    await run.desensitize('small/d/a.csv');
    const rows = await run.rows(cleanKeys(run.run).shard(0));
    expect(rows.map((row) => row['_time'])).toEqual(['2020-01-05T00:00:00.000Z', null]);
    expect(rows[0]).not.toHaveProperty('at');
  });

  test('is read as the pipeline declares, from the file to the model inputs', async () => {
    const declared = dataset({ format: '%d/%m/%y', pivot: 1970 });
    using run = await startRun(smallPipeline(declared, { split: { train: 0.4, validation: 0.3, test: 0.3 } }));
    run.drop('small/d/a.csv', `y,seen\n${lines.join('\n')}\n`);
    expect(await run.desensitize('small/d/a.csv')).toMatchObject({ rows: 28, malformed: 0 });
    const rows = await run.rows(cleanKeys(run.run).shard(0));
    expect(rows[0]?.['seen']).toBe('2020-01-01T00:00:00.000Z');
    expect(rows[27]?.['seen']).toBe('2022-01-28T00:00:00.000Z');
  });
});
