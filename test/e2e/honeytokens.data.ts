import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLoanBook } from '#examples/loans/generate';
import { predictRows } from '../../cli/commands/predict.ts';
import { readSlack } from '../../cli/commands/slack.ts';
import { getState, watchDeployment } from '../../cli/runs.ts';
import { testEngine } from '../fakes/data-run.ts';
import { type Book, PLACES, plant, token } from './honeytokens/places.ts';
import { bucketTexts, drop, executionTexts, keysBelow, putObject, stateFiles } from './honeytokens/sinks.ts';
import { startProject, type UpProject } from './project.ts';

/**
 * Honeytokens: texts that occur nowhere else, in every place where a drop or a request carries text, through every way in which a drop
 * or a request fails. None may be in any sink but the raw bucket.
 */

const json = `name: loans-json
dataset:
  format: jsonl
  label: { column: default, positive: 1 }
  id: loan_id
  minRows: 10
  columns:
    full_name: { role: pii, action: drop }
    email: { role: pii, action: tokenize }
    income: { role: feature, type: number }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }
`;

/** A column that nobody declared personal, one that is redacted, and one whose action leaves too much, in each format. */
const people = (format: string) => `name: people-${format}
dataset:
  format: ${format}
  label: { column: default, positive: 1 }
  minRows: 10
  columns:
    contact: { role: feature, type: category }
    note: { role: text, action: redact }
    zip: { role: quasi, action: generalize, keepFirst: 8, feature: { type: category } }
    income: { role: feature, type: number }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }, { kAnonymity: { min: 2 } }, { personalData: none }] }
`;
const FORMATS = ['csv', 'jsonl', 'parquet'] as const;

let project: UpProject;
let folder: string;
let book: Book;
/** What a caller, or the person at the command line, was told, by failure. */
const told: { readonly failure: string; readonly text: string }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-honey-'));
  writeFileSync(join(folder, 'loans-json.yml'), json);
  for (const format of FORMATS) writeFileSync(join(folder, `people-${format}.yml`), people(format));
  project = await startProject([
    join(folder, 'loans-json.yml'),
    ...FORMATS.map((format) => join(folder, `people-${format}.yml`)),
  ]);
  const { files } = await writeLoanBook(join(folder, 'book'), 20_000, { seed: 7 }, 1);
  const [header = '', ...rows] = readFileSync(files[0] ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  book = { header: header.split(','), rows: rows.map((row) => row.split(',')) };
}, 300_000);
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

const csv = (lines: readonly (readonly string[])[]) => `${lines.map((line) => line.join(',')).join('\n')}\n`;
const write = (rows: number, header = book.header) => csv([header, ...plant(book, rows)]);

/** Ways to fail, each with the files of its drop by name. The last names of folder and files are honeytokens too. */
const FAILURES: Readonly<Record<string, () => Readonly<Record<string, string | Uint8Array>>>> = {
  'trains and is deployed': () => ({ [`${token('file')}.csv`]: write(20_000) }),
  'unknown column': () => ({
    [`${token('file')}.csv`]: csv([[...book.header, token('header')], ...plant(book, 50).map((r) => [...r, 'x'])]),
  }),
  'unknown column as a name': () => ({
    [`${token('file')}.csv`]: csv([[...book.header.slice(0, -1), `default_${token('header')}`], ...plant(book, 50)]),
  }),
  'column twice': () => ({
    [`${token('file')}.csv`]: csv([[...book.header, token('header'), token('header')], ...plant(book, 9)]),
  }),
  'unfinished header': () => ({
    [`${token('file')}.csv`]: csv([[...book.header, `"${token('header')}`], ...plant(book, 50)]),
  }),
  'values in the header': () => ({ [`${token('file')}.csv`]: csv([...plant(book, 1), ...plant(book, 50)]) }),
  'some values in the header': () => {
    const [first = []] = plant(book, 1);
    return { [`${token('file')}.csv`]: csv([[...first.slice(0, 4), ...book.header.slice(4)], ...plant(book, 50)]) };
  },
  'other delimiter': () => ({ [`${token('file')}.csv`]: write(50).replaceAll(',', ';') }),
  'malformed values': () => ({
    [`${token('file')}.csv`]: csv([book.header, ...plant(book, 50, 'income', token('feature'))]),
  }),
  'malformed labels': () => ({
    [`${token('file')}.csv`]: csv([book.header, ...plant(book, 50, 'default', token('label'))]),
  }),
  'too few fields': () => ({
    [`${token('file')}.csv`]: csv([book.header, ...plant(book, 50).map((row) => row.slice(0, 5))]),
  }),
  'open quote': () => ({ [`${token('file')}.csv`]: `${write(50)}LN9,"${token('quoted')}\n${csv(plant(book, 50))}` }),
  'too few rows': () => ({ [`${token('file')}.csv`]: write(5) }),
  'not UTF-8': () => ({ [`${token('file')}.csv`]: Buffer.from(write(50), 'utf16le') }),
  'bytes that are not UTF-8': () => ({
    [`${token('file')}.csv`]: Buffer.concat([Buffer.from(write(50)), Buffer.from([0xff, 0xfe, 0x2c])]),
  }),
  'cut archive': () => ({ [`${token('file')}.csv.gz`]: gzipSync(write(2000)).subarray(0, 9000) }),
  'not an archive': () => ({ [`${token('file')}.csv.gz`]: write(50) }),
  'empty file': () => ({ [`${token('file')}.csv`]: '' }),
  'blank file': () => ({ [`${token('file')}.csv`]: '\n\n' }),
  'header alone': () => ({ [`${token('file')}.csv`]: csv([[...book.header]]) }),
  'other format': () => ({ [`${token('file')}.xlsx`]: write(5) }),
  'markers alone': () => ({ [`_${token('file')}`]: write(5) }),
};
const JSON_FAILURES: typeof FAILURES = {
  'unknown key': () => ({ [`${token('file')}.jsonl`]: jsonLines({ [token('key')]: 1 }) }),
  'unknown key as a name': () => ({ [`${token('file')}.jsonl`]: jsonLines({ [`income_${token('key')}`]: 1 }) }),
  'nested values': () => ({
    [`${token('file')}.jsonl`]: jsonLines({ income: { deep: [token('nested')], [token('key')]: token('nested') } }),
  }),
  'text for a number': () => ({ [`${token('file')}.jsonl`]: jsonLines({ income: token('nested') }) }),
  'no object': () => ({
    [`${token('file')}.jsonl`]: `"${token('nested')}"\n[1,"${token('nested')}"]\n${token('nested')}\n`,
  }),
};
const jsonLines = (over: Record<string, unknown>) =>
  Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({
      loan_id: `${token('id')}${i}`,
      default: i % 2,
      full_name: token('value'),
      email: `${token('value')}${i}@x.example`,
      income: i,
      ...over,
    }),
  ).join('\n');

/** Ways in which something personal is found, with what is in the columns `contact` and `zip`. */
const FOUND: Readonly<Record<string, (i: number) => { readonly contact: string; readonly zip: string }>> = {
  'an undeclared column': (i) => ({ contact: `${token('undeclared')}${i}@x.example`, zip: `${90_000 + (i % 3)}-0000` }),
  'an undeclared column with nested text': (i) => ({
    contact: JSON.stringify({ of: { mail: `${token('undeclared')}${i}@x.example` } }),
    zip: `${90_000 + (i % 3)}-0000`,
  }),
  // its first eight characters are an address
  'a leak after the transform': (i) => ({ contact: `c${i % 3}`, zip: `${'abcdef'[i % 6]}@ab.com.${token('leaked')}` }),
};

async function peopleFile(format: (typeof FORMATS)[number], of: (typeof FOUND)[string]): Promise<string | Uint8Array> {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    default: i % 2,
    ...of(i),
    note: `write to ${token('redacted')}${i}@x.example or see https://x.example/${token('redacted')}`,
    income: i,
  }));
  if (format === 'jsonl') return rows.map((row) => JSON.stringify(row)).join('\n');
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  const text = csv([
    Object.keys(rows[0] ?? {}),
    ...rows.map((row) => Object.values(row).map((value) => quoted(String(value)))),
  ]);
  if (format === 'csv') return text;
  const source = join(folder, 'people.csv');
  const target = join(folder, 'people.parquet');
  writeFileSync(source, text);
  using engine = await testEngine();
  await engine.query('write', `COPY (FROM read_csv('${source}', all_varchar = true)) TO '${target}' (FORMAT parquet)`);
  return readFileSync(target);
}

/** Drops the files of a failure in a folder of its own, and keeps what the person who dropped them was told. */
async function fail(pipeline: string, failure: string, files: Readonly<Record<string, string | Uint8Array>>) {
  const own = join(folder, `${pipeline} ${failure}`);
  mkdirSync(own, { recursive: true });
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(own, name), content);
    return join(own, name);
  });
  const result = await project.drop(pipeline, paths, `${token('folder')}-${failure.replaceAll(' ', '-')}`);
  told.push({ failure, text: JSON.stringify([result.ended, result.run ?? null]) });
  return result;
}

describe('honeytokens', { timeout: 900_000 }, () => {
  it.each(Object.entries(FAILURES))('a drop of CSV: %s', async (failure, files) => {
    const since = Date.now();
    const { run, ended } = await fail('loan-default', failure, files());
    const trains = failure === 'trains and is deployed';
    expect([failure, ended.status]).toEqual([failure, trains ? 'SUCCEEDED' : 'FAILED']);
    if (!trains || !run?.modelPackageArn) return;
    await watchDeployment(project.target, run.modelPackageArn, since, { otherwise: 'no deployment', silent: true });
    expect(await getState(project.target, 'loan-default', 'champion')).toBeDefined();
    // the same data again, from another folder: skipped
    const again = await fail('loan-default', 'trained before', files());
    expect(again.ended.output).toMatchObject({ cause: 'trained' });
  });

  it.each(Object.entries(JSON_FAILURES))('a drop of JSON lines: %s', async (failure, files) => {
    expect((await fail('loans-json', failure, files())).ended.status).toBe('FAILED');
  });

  it.each(FORMATS.flatMap((format) => Object.keys(FOUND).map((found) => [found, format] as const)))(
    'a drop with %s in %s',
    async (found, format) => {
      const of = FOUND[found];
      if (!of) throw new Error(found);
      const files = { [`${token('file')}.${format}`]: await peopleFile(format, of) };
      const { ended, run } = await fail(`people-${format}`, found, files);
      expect(ended).toMatchObject({ status: 'FAILED', error: 'PersonalDataError' });
      // an address that a mask left is no token: nothing that was derived from the drop may stay
      const { CleanBucketName, ArtifactsBucketName } = project.target.outputs;
      const below = (bucket: string) => keysBelow(project.target, bucket, `people-${format}/runs/${run?.runId}/`);
      expect(await below(CleanBucketName)).toEqual([]);
      const records = await below(ArtifactsBucketName);
      expect(records).toContain('config.json');
      expect(records.filter((name) => /transform|profile|facts|golden|sides|report/.test(name))).toEqual([]);
    },
  );

  it('objects that belong to no pipeline, to no folder, or to nothing that is data', async () => {
    for (const key of [
      `${token('folder')}/2026-01-01/_SUCCESS`,
      `${token('folder')}/_SUCCESS`,
      'loan-default/_SUCCESS',
      `loan-default/_${token('folder')}/_SUCCESS`,
      `loan-default/${token('folder')}/gone/_SUCCESS`,
    ]) {
      const ended = await drop(project, key);
      told.push({ failure: 'misplaced object', text: JSON.stringify(ended.output ?? ended) });
    }
    await putObject(project, `loan-default/${token('file')}.csv`);
  });

  it.each<[string, unknown]>([
    ['an unknown key', { [token('request key')]: 1 }],
    ['an unknown key as an address', { [`${token('request key')}@x.example`]: 1 }],
    ['a text for a number', { income: token('request value') }],
    ['an object', { income: { [token('request key')]: token('request value') } }],
    [
      'a personal value and an unknown category',
      { full_name: token('request value'), purpose: token('request value') },
    ],
    ['no object', token('request value')],
  ])('a request with %s', async (failure, row) => {
    const answer = await predictRows(project.target, 'loan-default', [row]).catch((error: Error) => error.message);
    told.push({ failure: `request: ${failure}`, text: JSON.stringify(answer) });
  });

  it('are in no sink but the raw bucket', async () => {
    const { cloud, target } = project;
    const sinks: Record<string, readonly { readonly where: string; readonly text: string }[]> = {
      'what callers were told': told.map(({ failure, text }) => ({ where: failure, text })),
      Slack: (await readSlack(cloud.endpoint)).map((message) => ({ where: message.ts, text: JSON.stringify(message) })),
      'clean bucket': await bucketTexts(target, target.outputs.CleanBucketName),
      'artifacts bucket, reports among it': await bucketTexts(target, target.outputs.ArtifactsBucketName),
      'execution histories': await executionTexts(target),
      ...stateFiles(project.stateDir),
    };
    // the search finds what is there: every token of a drop is in the raw bucket
    const raw = (await bucketTexts(target, target.outputs.RawBucketName)).map(({ text }) => text).join('\n');
    const planted = PLACES.filter((place) => !place.startsWith('request') && !raw.includes(token(place)));
    expect(planted).toEqual([]);
    const hits: string[] = [];
    for (const [sink, texts] of Object.entries(sinks)) {
      expect([sink, texts.length > 0]).toEqual([sink, true]);
      for (const { where, text } of texts) {
        for (const place of PLACES) if (text.includes(token(place))) hits.push(`${place} in ${sink}: ${where}`);
      }
    }
    const failures = new Set(told.map(({ failure }) => failure)).size;
    const count = Object.values(sinks).reduce((sum, texts) => sum + texts.length, 0);
    process.stdout.write(
      `honeytokens: ${PLACES.length} places × ${failures} failures × ${Object.keys(sinks).length} sinks (${count} texts): ${hits.length} hits\n`,
    );
    expect([...new Set(hits)]).toEqual([]);
  });
});
