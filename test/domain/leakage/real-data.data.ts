import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findLeakage, type LeakageSample } from '#domain/leakage/registry';
import { ident } from '#domain/sql/literals';
import { testEngine } from '../../fakes/data-run.ts';

const data = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'shared', 'data');
const csv = (name: string, options = '') => `read_csv('${join(data, name)}'${options})`;

/** What the checks say about 8,000 rows of a relation with a column `label`. */
async function check(relation: string, classes: number) {
  using engine = await testEngine();
  const described = await engine.query('describe', `DESCRIBE SELECT * FROM ${relation}`);
  const kinds = described
    .filter((r) => r['column_name'] !== 'label')
    .map((r) => {
      const type = String(r['column_type']);
      const kind = type === 'VARCHAR' ? 'category' : /DATE|TIME/.test(type) ? 'datetime' : 'number';
      return { name: String(r['column_name']), kind: kind as LeakageSample['columns'][number]['kind'] };
    });
  const fields = kinds.map(({ name }, i) => `${ident(name)} AS c${i}`).join(', ');
  const [count] = await engine.query('count', `SELECT count(*) AS n FROM ${relation}`);
  const rows = await engine.query(
    'sample',
    `SELECT CAST(label AS DOUBLE) AS label, ${fields} FROM (SELECT * FROM ${relation} USING SAMPLE 8000 ROWS (reservoir, 1))`,
  );
  const columns = kinds.map(({ name, kind }, i) => ({
    name,
    kind,
    values: rows.map((r) => {
      const value = r[`c${i}`] ?? null;
      if (kind === 'datetime') return value === null ? null : Date.parse(String(value));
      return typeof value === 'bigint' ? Number(value) : value;
    }),
  }));
  const labels = Float64Array.from(rows, (r) => Number(r['label']));
  return findLeakage({ columns, labels, classes, rows: Number(count?.['n']) });
}

describe.skipIf(!existsSync(data))('real data (skipped where the shared data sets are missing)', () => {
  test.each<[string, () => string, number]>([
    [
      'Taiwan',
      () =>
        `(SELECT * EXCLUDE "default payment", "default payment" AS label FROM ${csv('credit_default_taiwan.csv.gz')})`,
      2,
    ],
    [
      'Adult',
      () =>
        `(SELECT * EXCLUDE column14, (trim(column14) = '>50K')::INT AS label FROM ${csv('adult.data.gz', ', header = false')})`,
      2,
    ],
    [
      'German credit',
      () =>
        `(SELECT * EXCLUDE column20, (column20 = 2)::INT AS label FROM ${csv('german_credit.csv', ', header = false')})`,
      2,
    ],
    ['ELEC2', () => `(SELECT * EXCLUDE class, class AS label FROM ${csv('elec2.csv.gz')})`, 2],
    [
      'California',
      () =>
        `(SELECT * EXCLUDE median_house_value, median_house_value AS label FROM ${csv('california_housing.csv.gz')})`,
      0,
    ],
    [
      'white wine as classes',
      () => `(SELECT * EXCLUDE quality, quality - 3 AS label FROM ${csv('winequality-white.csv', ", delim = ';'")})`,
      7,
    ],
    [
      'red wine as a number',
      () => `(SELECT * EXCLUDE quality, quality AS label FROM ${csv('winequality-red.csv', ", delim = ';'")})`,
      0,
    ],
    [
      'bike rentals without the parts of their sum',
      () =>
        `(SELECT * EXCLUDE (cnt, casual, registered, instant), cnt AS label FROM ${csv('bike_sharing_hour.csv.gz')})`,
      0,
    ],
  ])('no column of %s is suspected', async (_, relation, classes) => {
    expect(await check(relation(), classes)).toEqual([]);
  });

  test('the parts of the sum and the running number of the bike rentals are found', async () => {
    const found = await check(`(SELECT * EXCLUDE cnt, cnt AS label FROM ${csv('bike_sharing_hour.csv.gz')})`, 0);
    expect(found.map(({ column }) => column).toSorted()).toEqual(['casual', 'instant', 'registered']);
  });
});
