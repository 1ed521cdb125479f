import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { PersonalDataError } from '#domain/errors';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { personalDataSchema, shardSearchSchema } from '#schemas/records/personal-data';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

let run: DataRun;
afterEach(() => run[Symbol.dispose]());

const columns = { x: { role: 'feature', type: 'number' }, contact: { role: 'feature', type: 'category' } };
const rowsOf = (n: number, contact: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => ({ y: i % 2, x: i, contact: contact(i) }));
type Row = ReturnType<typeof rowsOf>[number];
const csv = (rows: readonly Row[]) =>
  ['y,x,contact', ...rows.map((r) => `${r.y},${r.x},"${r.contact.replaceAll('"', '""')}"`), ''].join('\n');
const mails = (i: number) => `person${i}@example.com`;
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

async function drop(format: string, rows: readonly Row[]): Promise<string> {
  const key = `small/d/a.${format}`;
  if (format === 'parquet') {
    run.drop(key, '');
    using engine = await testEngine();
    const values = rows.map((r) => `(${r.y}, ${r.x}, '${r.contact}')`).join(', ');
    await engine.query(
      'write',
      `COPY (SELECT * FROM (VALUES ${values}) t(y, x, contact)) TO '${join(run.folder, 'raw', key)}' (FORMAT parquet)`,
    );
  } else {
    run.drop(key, format === 'csv' ? csv(rows) : `${rows.map((r) => JSON.stringify(r)).join('\n')}\n`);
  }
  return key;
}

describe('an undeclared personal column', () => {
  test.each(['csv', 'jsonl', 'parquet'])('stops the run in a %s file before anything leaves raw', async (format) => {
    run = await startRun(smallPipeline({ format, columns }));
    const key = await drop(format, rowsOf(100, mails));
    const error = await failure(run.desensitize(key));
    expect(error).toBeInstanceOf(PersonalDataError);
    expect(error?.message).toBe(
      'file 1 of the drop: column "contact" looks like e-mail addresses in 100 % of 100 values (p***@***). ' +
        'Nothing has left the raw bucket. Declare the column with a role for personal data, such as `role: pii` with `action: drop`, ' +
        'or list it under personalData.allow when it holds nothing personal.',
    );
    await expect(run.clean.readText(cleanKeys(run.run).shard(0))).rejects.toThrow();
  });

  test.each([
    ['in one value of fifty', (i: number) => (i % 50 === 0 ? `ask ${mails(i)}` : 'nothing')],
    ['in a nested text', (i: number) => JSON.stringify({ of: { mail: mails(i) } })],
  ])('is found %s', async (_, contact) => {
    run = await startRun(smallPipeline({ columns }));
    const key = await drop('csv', rowsOf(200, contact));
    expect(await failure(run.desensitize(key))).toBeInstanceOf(PersonalDataError);
  });

  test('is found among numbers', async () => {
    run = await startRun(smallPipeline({ columns: { ...columns, contact: { role: 'feature', type: 'number' } } }));
    const cards = ['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117'];
    const key = await drop(
      'csv',
      rowsOf(100, (i) => cards[i % 4] ?? ''),
    );
    expect((await failure(run.desensitize(key)))?.message).toContain('looks like card numbers in 100 % of 100 values');
  });

  test('is found where few of its values are there', async () => {
    run = await startRun(smallPipeline({ columns }, { personalData: { sampleRows: 100 } }));
    const key = await drop(
      'csv',
      rowsOf(5000, (i) => (i % 1000 === 0 ? mails(i) : '')),
    );
    expect(await failure(run.desensitize(key))).toBeInstanceOf(PersonalDataError);
  });

  test('is only reported when the pipeline warns', async () => {
    run = await startRun(smallPipeline({ columns }, { personalData: { undeclared: 'warn' } }));
    await run.desensitize(await drop('csv', rowsOf(100, mails)));
    const { findings } = await run.artifacts.readJson(artifactKeys(run.run).shardPersonalData(0), shardSearchSchema);
    expect(findings).toMatchObject([{ column: 'contact', kind: 'email', found: 100, outcome: 'warned' }]);
    expect(JSON.stringify(findings)).not.toContain('person');
  });

  test.each([{ allow: ['contact'] }, { undeclared: 'allow' }])('passes with %j', async (personalData) => {
    run = await startRun(smallPipeline({ columns }, { personalData }));
    expect(await run.desensitize(await drop('csv', rowsOf(100, mails)))).toMatchObject({ rows: 100 });
  });

  test('is found by a pattern of the pipeline', async () => {
    const personalData = { patterns: [{ name: 'staff-number', regex: '\\bE[0-9]{6}\\b' }] };
    run = await startRun(smallPipeline({ columns }, { personalData }));
    const key = await drop(
      'csv',
      rowsOf(100, (i) => `by E${100_000 + (i % 7)}`),
    );
    expect((await failure(run.desensitize(key)))?.message).toContain('looks like values like "staff-number" in 100 %');
  });

  test('is a warning when it is only almost unique', async () => {
    run = await startRun(smallPipeline({ columns }));
    await run.desensitize(
      await drop(
        'csv',
        rowsOf(100, (i) => `k-${i}`),
      ),
    );
    const { findings } = await run.artifacts.readJson(artifactKeys(run.run).shardPersonalData(0), shardSearchSchema);
    expect(findings).toMatchObject([{ column: 'contact', kind: 'unique', share: 1, examples: [], outcome: 'warned' }]);
  });

  test('leaves ordinary columns alone', async () => {
    run = await startRun(smallPipeline({ columns }));
    await run.desensitize(
      await drop(
        'csv',
        rowsOf(300, (i) => ['north', 'south', '12-345', '4.5'][i % 4] ?? ''),
      ),
    );
    const search = await run.artifacts.readJson(artifactKeys(run.run).shardPersonalData(0), shardSearchSchema);
    expect(search).toEqual({ columns: 2, values: 600, findings: [] });
  });
});

describe('columns that are no model input', () => {
  const dated = (n: number, day: (i: number) => string) =>
    ['y,x,birth_date', ...Array.from({ length: n }, (_, i) => `${i % 2},${i},${day(i)}`), ''].join('\n');
  const birthday = (i: number) => `${1940 + (i % 60)}-0${1 + (i % 9)}-1${i % 10}`;
  const x = { x: { role: 'feature', type: 'number' } };
  const message = 'column "birth_date" looks like dates of birth in 100 % of 200 values';

  test.each([
    ['alone', x],
    [
      'beside a column that is declared personal',
      { ...x, birth_date: { role: 'quasi', action: 'generalize', truncateTo: 'year' } },
    ],
    ['beside a column that is ignored', { ...x, birth_date: { role: 'ignore' } }],
  ])('the time is searched, %s', async (_, own) => {
    run = await startRun(smallPipeline({ columns: own, time: 'birth_date' }));
    run.drop('small/d/a.csv', dated(200, birthday));
    expect((await failure(run.desensitize('small/d/a.csv')))?.message).toContain(message);
  });

  test('the time passes where the pipeline allows it, or where its name says nothing of births', async () => {
    run = await startRun(
      smallPipeline({ columns: x, time: 'birth_date' }, { personalData: { allow: ['birth_date'] } }),
    );
    run.drop('small/d/a.csv', dated(200, birthday));
    expect(await run.desensitize('small/d/a.csv')).toMatchObject({ rows: 200 });
    run[Symbol.dispose]();
    run = await startRun(smallPipeline({ columns: x, time: 'measured' }));
    run.drop('small/d/a.csv', dated(200, birthday).replace('birth_date', 'measured'));
    await run.desensitize('small/d/a.csv');
    const { findings } = await run.artifacts.readJson(artifactKeys(run.run).shardPersonalData(0), shardSearchSchema);
    expect(findings).toEqual([]);
  });

  test('the label of a regression is searched', async () => {
    const regression = { evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] } };
    run = await startRun(smallPipeline({ columns: x, label: { column: 'phone' } }, regression));
    run.drop(
      'small/d/a.csv',
      ['phone,x', ...Array.from({ length: 60 }, (_, i) => `1712345${1000 + i},${i}`), ''].join('\n'),
    );
    expect((await failure(run.desensitize('small/d/a.csv')))?.message).toContain(
      'column "phone" looks like phone numbers',
    );
  });

  test('the text that names the negative class is searched', async () => {
    run = await startRun(smallPipeline({ columns: x, label: { column: 'owner', positive: 'nobody' } }));
    const owner = (i: number) => (i % 2 ? 'nobody' : 'jane.doe@example.com');
    run.drop('small/d/a.csv', ['owner,x', ...Array.from({ length: 60 }, (_, i) => `${owner(i)},${i}`), ''].join('\n'));
    const error = await failure(run.desensitize('small/d/a.csv'));
    expect(error?.message).toContain('column "owner" looks like e-mail addresses');
    expect(error?.message).not.toContain('jane');
  });

  test('an id and an ignored column may hold anything: a token leaves, or nothing', async () => {
    run = await startRun(smallPipeline({ columns: { ...x, contact: { role: 'ignore' } }, id: 'email' }));
    const row = (i: number) => `${i % 2},${i},${mails(i)},+49 171 ${2_000_000 + i}`;
    run.drop('small/d/a.csv', ['y,x,email,contact', ...Array.from({ length: 60 }, (_, i) => row(i)), ''].join('\n'));
    await run.desensitize('small/d/a.csv');
    const rows = JSON.stringify(await run.rows(cleanKeys(run.run).shard(0)), (_, v) =>
      typeof v === 'bigint' ? String(v) : v,
    );
    expect(rows).not.toMatch(/example|[+]49/);
  });
});

describe('anonymity', () => {
  test('is measured over the rows of all shards, after the actions', async () => {
    const zip = { role: 'quasi', action: 'generalize', keepFirst: 3, feature: { type: 'category' } };
    run = await startRun(smallPipeline({ columns: { x: { role: 'feature', type: 'number' }, contact: zip } }));
    const halves = [rowsOf(120, (i) => (i === 7 ? '55501' : `9021${i % 10}`)), rowsOf(120, (i) => `9021${i % 10}`)];
    for (const [index, rows] of halves.entries()) {
      run.drop(`small/d/${index}.csv`, csv(rows));
      await run.desensitize(`small/d/${index}.csv`, index);
    }
    await run.fit(2);
    const { anonymity } = await run.artifacts.readJson(artifactKeys(run.run).personalData, personalDataSchema);
    expect(anonymity).toEqual({
      columns: ['contact'],
      rows: 240,
      groups: 2,
      k: 1,
      rowsBelow5: 1 / 240,
      l: 1,
      oneLabel: 1 / 240,
    });
  });
});

describe('the leak scan', () => {
  const masked = {
    x: { role: 'feature', type: 'number' },
    contact: { role: 'quasi', action: 'generalize', keepFirst: 8, feature: { type: 'category' } },
  };
  const encode = async (personalData: object, contact: (i: number) => string) => {
    run = await startRun(smallPipeline({ columns: masked }, { personalData }));
    await run.desensitize(await drop('csv', rowsOf(400, contact)));
    await run.fit();
    return run.encode();
  };
  // the action leaves a whole address of eight characters
  const short = (i: number) => `${'abcdefghij'[i % 10]}@ab.com.and.more`;

  test('stops the run when an action leaves something personal', async () => {
    const error = await failure(encode({}, short));
    expect(error).toBeInstanceOf(PersonalDataError);
    expect(error?.message).toContain(
      'file 1 of the drop, after its transform: column "contact" looks like e-mail addresses',
    );
    expect(error?.message).not.toContain('ab.com');
  });

  test('records what it looked at', async () => {
    await encode({}, (i) => `zip-${1000 + (i % 5)}-and more`);
    const leaks = await run.artifacts.readJson(artifactKeys(run.run).shardLeaks(0), shardSearchSchema);
    expect(leaks.findings).toEqual([]);
    expect(leaks.values).toBeGreaterThan(800);
  });

  test('lets pass what is allowed, and says so', async () => {
    await encode({ allow: ['contact'] }, short);
    const { findings } = await run.artifacts.readJson(artifactKeys(run.run).shardLeaks(0), shardSearchSchema);
    expect(findings).toMatchObject([{ column: 'contact', kind: 'email', outcome: 'allowed' }]);
  });
});
