import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePipeline } from '#schemas/load-pipeline';
import { CliError } from '../../../cli/output.ts';
import { nameOfFiles } from '../../../cli/profile/open-files.ts';
import { profileFile } from '../../../cli/profile/profile-file.ts';
import { proposeFor } from '../../../cli/profile/propose.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-profile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const lines = (count: number, line: (i: number) => string, head?: string): string =>
  [...(head === undefined ? [] : [head]), ...Array.from({ length: count }, (_, i) => line(i)), ''].join('\n');

/** The pipeline that is written for a file, checked as a pipeline is when it is deployed. */
async function pipelineFor(path: string | readonly string[], label?: string) {
  const profile = await profileFile(path, {
    ...(label === undefined ? {} : { label }),
    now: new Date('2026-06-01'),
    progress: () => undefined,
  });
  const { text } = proposeFor('churn', nameOfFiles([path].flat()), profile);
  parsePipeline(text, 'pipelines/churn.yml');
  return { text, profile, ...(parse(text) as { dataset: object; split: object; evaluation: object }) };
}

const words = ['red', 'green', 'blue'];
const first = ['Jörg', 'Anna', 'Maria', 'Peter', 'Sophie', 'Lukas', 'Clara', 'Felix'];
const last = ['Müller', 'Schmidt', 'Weber', 'Fischer', 'Wagner', 'Becker', 'Hoffmann', 'Schäfer'];
/** A whole number below a bound, by chance: the same for the same `i` and `salt`. */
const chance = (i: number, below: number, salt: string): number =>
  createHash('sha256').update(`${salt}${i}`).digest().readUInt32BE() % below;

describe('the pipeline that is written for a file', () => {
  it('reads a European export: semicolons, decimal commas, days first, windows-1252', async () => {
    const text = lines(
      400,
      (i) =>
        `K${1000 + i};${first[chance(i, 8, 'f')]} ${last[chance(i, 8, 'l')]};j${i}@example.org;${chance(i, 28, 'd') + 1}.0${chance(i, 9, 'm') + 1}.2024;${chance(i, 90, 'g')},5;${words[chance(i, 3, 'w')]};${chance(i, 5, 'c')};${chance(i, 3, 'y') === 0 ? 'ja' : 'nein'}`,
      'Kundennummer_id;Name;E-Mail;angemeldet am;Gebühr;Farbe;Anrufe;gekündigt',
    );
    const { dataset, split, evaluation } = await pipelineFor(
      write('kunden.csv', Buffer.from(text, 'latin1')),
      'gekündigt',
    );

    expect(dataset).toMatchObject({
      format: 'csv',
      csv: { delimiter: ';', encoding: 'windows-1252' },
      id: 'Kundennummer_id',
      time: 'angemeldet am',
      label: { column: 'gekündigt', positive: 'ja', negative: 'nein' },
      columns: {
        Name: { role: 'pii', action: 'drop' },
        'E-Mail': { role: 'pii', action: 'drop' },
        'angemeldet am': { role: 'ignore', format: '%d.%m.%Y' },
        Gebühr: { role: 'feature', type: 'number', numbers: { decimal: ',' } },
        Farbe: { role: 'feature', type: 'category' },
      },
    });
    expect(split).toMatchObject({ strategy: 'time' });
    expect(evaluation).toMatchObject({ task: 'binary' });
  });

  it('reads JSON lines with objects in them, compressed', async () => {
    const text = lines(300, (i) =>
      JSON.stringify({
        amount: i / 2,
        address: { zip: `8${1000 + i}`, city: words[i % 3] },
        late: i % 4 === 0,
        y: i % 2,
      }),
    );
    const { dataset } = await pipelineFor(write('rows.jsonl.gz', gzipSync(text)));

    expect(dataset).toMatchObject({
      format: 'jsonl',
      label: { column: 'y', positive: 1 },
      columns: {
        amount: { type: 'number' },
        'address.zip': { role: 'quasi', action: 'generalize', keepFirst: 3 },
        'address.city': { type: 'category' },
        late: { role: 'feature', type: 'boolean' },
      },
    });
  });

  it('reads Parquet, with its own dates and structs', async () => {
    const path = join(folder, 'rows.parquet');
    const db = await (await DuckDBInstance.create(':memory:')).connect();
    await db.run(
      `COPY (SELECT hash(i) % 1000 / 8.0 AS amount, DATE '2024-01-01' + i::INT AS day, {'kind': 'k' || (i % 3)} AS plan, hash(i + 7777) % 500 + 0.5 AS price FROM range(300) t(i)) TO '${path}' (FORMAT parquet)`,
    );
    db.closeSync();
    const { dataset, evaluation } = await pipelineFor(path, 'price');

    expect(dataset).toMatchObject({
      format: 'parquet',
      time: 'day',
      columns: { amount: { type: 'number' }, 'plan.kind': { type: 'category' } },
    });
    expect(evaluation).toMatchObject({ task: 'regression', gates: [{ metric: 'r2' }, {}] });
  });

  it('names columns without a name, or with the same one, by their positions', async () => {
    const text = lines(200, (i) => `${i},${i % 2},${words[i % 3]},${i % 5}`, ',y,a,A');
    const { dataset } = await pipelineFor(write('names.csv', text));

    expect(dataset).toMatchObject({
      label: { column: 'y' },
      columns: {
        column_1: { role: 'ignore', from: { position: 1 } },
        a_3: { from: { position: 3 } },
        A_4: { from: { position: 4 } },
      },
    });
  });

  it('gives columns other names that a pipeline cannot use, and says where they are found', async () => {
    const documents = lines(
      300,
      (i) =>
        `{"_id":"d${i}","_label":${chance(i, 9, 'l')},"id":${chance(i, 7, 'i')},"y":${chance(i, 2, 'y') ? '"ja"' : '"nein"'}}`,
    );
    const { dataset, profile } = await pipelineFor(write('documents.jsonl', documents));
    expect(dataset).toMatchObject({
      label: { column: 'y', positive: 'ja', negative: 'nein' },
      columns: { label: { role: 'feature', type: 'number', from: '_label' }, id: { role: 'feature' } },
    });
    const own = profile.file.columns.map(({ facts }) => facts.name);
    expect(own).toEqual(['id_', 'label', 'id', 'y']);
    expect(profile.file.sources.get('id_')).toBe('_id');
    const table = lines(
      300,
      (i) => `${chance(i, 9, 'r')},${chance(i, 9, 's')},${chance(i, 2, 'y')}`,
      '_row,file_row_number,y',
    );
    expect((await pipelineFor(write('rows.csv', table))).dataset).toMatchObject({
      columns: { row: { from: '_row' } },
    });
  });

  it('leaves a column unread that gives the label away, and asks', async () => {
    const text = lines(
      400,
      (i) => `${(i * 7919) % 97},${i % 5},${i % 3 === 0 ? 'written off' : 'open'},${i % 3 === 0 ? 1 : 0}`,
      'amount,calls,state,default',
    );
    const { text: yaml, dataset } = await pipelineFor(write('leak.csv', text));

    expect(dataset).toMatchObject({ label: { column: 'default' }, columns: { state: { role: 'ignore' } } });
    expect(yaml).toMatch(/state: \{ role: ignore \} .*CHECK: is it known when a prediction is made\?/);
  });

  it('keeps the only model input, which says more than no others', async () => {
    const price = (i: number) => 100 * (i % 4) + chance(i, 60, 'p') / 10;
    const text = lines(400, (i) => `${'ABCD'[i % 4]}${'xyz'[i % 3]},${price(i)}`, 'symbol,price');
    expect((await pipelineFor(write('stocks.csv', text))).dataset).toMatchObject({
      columns: { symbol: { role: 'feature', type: 'category' } },
    });
  });

  it('shows no value of a personal column', async () => {
    const text = lines(200, (i) => `secret.person${i}@example.org,${i % 9},${i % 2}`, 'contact,n,y');
    const { text: yaml } = await pipelineFor(write('people.csv', text));

    expect(yaml).not.toMatch(/secret\.person|example\.org/);
  });

  it('reads UTF-16, with and without a mark', async () => {
    const text = lines(200, (i) => `${i % 9};${words[i % 3]};${i % 2}`, 'n;größe;y');
    const bare = Buffer.from(text, 'utf16le');
    expect((await pipelineFor(write('bare.csv', bare))).dataset).toMatchObject({
      csv: { delimiter: ';', encoding: 'utf-16' },
      columns: { größe: {} },
    });
    const marked = await pipelineFor(write('marked.csv', Buffer.concat([Buffer.of(0xff, 0xfe), bare])));
    expect(marked.dataset).toMatchObject({ csv: { delimiter: ';' }, columns: { größe: {} } });
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none.csv'), /does not exist/],
    ['a folder without data', () => mkdtempSync(join(folder, 'none-')), /has no file of CSV/],
    [
      'a name that does not say what it is',
      () => write('rows.xlsx', 'x'),
      /its name does not say what it is.*rename it/,
    ],
    ['an empty file', () => write('empty.csv', ''), /has no rows/],
    ['a header alone', () => write('header.csv', 'a,b\n'), /has no rows/],
    ['an empty Parquet file', () => write('empty.parquet', ''), /has no rows/],
    ['no Parquet', () => write('text.parquet', 'PAR?'), /Parquet/],
    ['lines without objects', () => write('none.jsonl', '[1]\nx\n'), /no line with a JSON object/],
    ['one column', () => write('one.csv', 'y\n1\n2\n'), /has one column: a model needs a label and at least one input/],
    [
      'columns of which none can be an input',
      () =>
        write(
          'private.csv',
          lines(60, (i) => `p${i}@example.org,${i % 2}`, 'mail,y'),
        ),
      /No column of .*private\.csv can be a model input: mail \(looks like e-mail addresses/,
    ],
    [
      'a label of one value',
      () => write('same.csv', 'a,y\n1,1\n2,1\n'),
      /cannot be the label: all rows have the same value/,
    ],
    ['one list of JSON', () => write('list.json', '[{"a":1}]'), /jq -c '\.\[\]' list\.json > list\.jsonl$/],
    ['a damaged archive', () => write('cut.csv.gz', gzipSync('a,b\n1,2\n'.repeat(999)).subarray(0, 30)), /cut off/],
  ])('refuses %s', async (_, path, message) => {
    // what is wrong with a file is no bug of the command
    const refused = await pipelineFor(path()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CliError);
    expect((refused as CliError).message).toMatch(message);
  });

  it('looks at an even sample of many rows, and counts all of them', async () => {
    const path = write(
      'many.csv',
      lines(250_000, (i) => `${(i * 7919) % 997},${i % 2}`, 'n,y'),
    );
    const { profile } = await pipelineFor(path);
    expect(profile.file).toMatchObject({ rows: 250_000, malformed: 0 });
    expect(profile.file.sampled).toBeGreaterThan(120_000);
    expect(profile.file.sampled).toBeLessThan(130_000);
  });

  it('asks in which zone times without an offset were written, and not of dates, midnights and times with one', async () => {
    const day = (i: number) => `2024-0${chance(i, 9, 'm') + 1}-${10 + chance(i, 18, 'd')}`;
    const hour = (i: number) => `${10 + chance(i, 12, 'h')}:${10 + chance(i, 49, 'n')}`;
    const text = lines(
      400,
      (i) =>
        `${day(i)} ${hour(i)},${day(i + 1)}T${hour(i)}:00+02:00,${day(i + 2).replace('2024', '2025')} 00:00:00,${day(i + 3)},${day(i)} ${hour(i)}${i % 2 ? 'Z' : ''},${chance(i, 9, 'x')},${chance(i, 2, 'y')}`,
      'seen,sent,opened,due,mixed,x,y',
    );
    const { dataset, profile } = await pipelineFor(write('times.csv', text));
    const { columns } = dataset as { columns: Record<string, { zone?: string }> };
    expect(
      Object.entries(columns).flatMap(([name, { zone }]) => (zone === undefined ? [] : [`${name} ${zone}`])),
    ).toEqual(['seen UTC', 'mixed UTC']);
    const asked = profile.roles.filter(({ doubt }) => doubt?.includes('in UTC?')).map(({ name }) => name);
    expect(asked).toEqual(['seen', 'mixed']);
  });

  it('names the columns that can be the label, where the guessed one cannot', async () => {
    const path = write(
      'birds.csv',
      lines(
        400,
        (i) => `${chance(i, 9, 'a')},${chance(i, 2, 'b') ? 'yes' : 'no'},species ${i % 40}`,
        'height,injured,species',
      ),
    );
    await expect(pipelineFor(path)).rejects.toThrow(
      'it has 40 different texts, too many for classes. Name another column with --label. These can be: height, injured.',
    );
    await expect(pipelineFor(path, 'species')).rejects.toThrow(/Name another column with --label\.$/);
  });

  it('refuses a label that no column has, and names the columns', async () => {
    const path = write('label.csv', 'a,y\n1,1\n2,0\n');
    await expect(pipelineFor(path, 'z')).rejects.toThrow('There is no column "z". The columns are a, y.');
    expect((await pipelineFor(path, 'Y')).profile.label.column).toBe('y');
  });
});

describe('several files of one table', () => {
  const rows = (from: number, count: number) =>
    lines(
      count,
      (i) => `${chance(from + i, 90, 'n')},${words[chance(from + i, 3, 'w')]},${chance(from + i, 2, 'y')}`,
      'amount,colour,left',
    );

  it('are profiled as one, whatever the order of their columns, and a folder stands for its data files', async () => {
    const own = join(folder, 'parts');
    mkdirSync(own);
    write('parts/a.csv', rows(0, 300));
    write(
      'parts/b.csv',
      lines(
        300,
        (i) => `${i % 2},${chance(300 + i, 90, 'n')},${i === 7 ? 'grün' : words[i % 3]}`,
        'left,amount,colour',
      ),
    );
    write('parts/_SUCCESS', '');
    write('parts/notes.md', 'no data');

    const { profile, dataset } = await pipelineFor(own, 'left');

    expect(profile.file).toMatchObject({ rows: 600, sampled: 600, malformed: 0 });
    expect(dataset).toMatchObject({ label: { column: 'left' }, columns: { amount: { type: 'number' } } });
    const both = await pipelineFor([join(own, 'a.csv'), join(own, 'b.csv')], 'left');
    expect(both.profile.file.rows).toBe(600);
    expect(nameOfFiles([join(own, 'a.csv'), join(own, 'b.csv')])).toBe('a.csv and 1 more');
  });
  it('of JSON lines may leave keys out', async () => {
    const a = write(
      'a.jsonl',
      lines(200, (i) => JSON.stringify({ n: chance(i, 90, 'n'), y: i % 2 })),
    );
    const b = write(
      'b.jsonl',
      lines(200, (i) => JSON.stringify({ n: chance(i, 90, 'm'), y: i % 2, at: { more: i } })),
    );
    const { profile } = await pipelineFor([a, b], 'y');
    expect(profile.file.columns.map(({ facts }) => facts.name)).toEqual(['n', 'y', 'at.more']);
    expect(profile.file.rows).toBe(400);
  });
  it('are one table: what differs is named', async () => {
    const a = write('one.csv', rows(0, 50));
    const cut = write(
      'cut.csv',
      lines(50, (i) => `${i},1`, 'amount,left'),
    );
    const more = write(
      'more.csv',
      lines(50, (i) => `${i},red,1,x`, 'amount,colour,left,branch'),
    );
    const other = write('other.csv', rows(0, 50).replaceAll(',', ';'));
    const json = write(
      'one.jsonl',
      lines(5, (i) => JSON.stringify({ amount: i })),
    );
    const refused = async (...paths: string[]) => pipelineFor(paths, 'left').catch((error: Error) => error.message);
    expect(await refused(a, cut)).toContain(`${cut} has other columns than ${a}. It lacks colour.`);
    expect(await refused(a, more)).toContain(`${more} has other columns than ${a}. It has branch besides.`);
    expect(await refused(a, other)).toContain(`${other} is written otherwise than ${a}: delimiter ";" instead of ",".`);
    expect(await refused(a, json)).toContain(`${json} is of the format jsonl, and ${a} of the format csv.`);
    mkdirSync(join(folder, 'empty'));
    expect(await refused(join(folder, 'empty'))).toContain('has no file of CSV, JSON lines or Parquet directly in it.');
    expect(await refused(join(folder, 'gone'))).toContain('does not exist.');
  });
  it('may be of ASCII beside one of an encoding of its own', async () => {
    const a = write('ascii.csv', rows(0, 60));
    const b = write('latin.csv', Buffer.from(rows(60, 60).replaceAll('green', 'grün'), 'latin1'));
    const { dataset, profile } = await pipelineFor([a, b], 'left');
    expect(dataset).toMatchObject({ csv: { encoding: 'windows-1252' } });
    expect(profile.file.malformed).toBe(0);
    const c = write('utf8.csv', rows(60, 60).replaceAll('green', 'grün'));
    await expect(pipelineFor([a, b, c], 'left')).rejects.toThrow(`${c} is written otherwise than ${b}: encoding utf-8`);
  });
});
