import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline as pipe } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { createRandom } from '#domain/random';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { predictRows } from '../../cli/commands/predict.ts';
import { profileFile } from '../../cli/profile/profile-file.ts';
import { proposeFor } from '../../cli/profile/propose.ts';
import { getState } from '../../cli/runs.ts';
import { startProject, type UpProject } from './project.ts';

const shared = (name: string) => fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));

const installed = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url));

/** What `tidegate new` says of a public file, and what is right. */
interface Case {
  readonly pipeline: string;
  readonly file: string;
  readonly label?: string;
  readonly right: object;
  /** Whether the file is trained too. */
  readonly trained?: true;
}
const cases: readonly Case[] = [
  {
    pipeline: 'new-taiwan',
    file: 'credit_default_taiwan.csv.gz',
    trained: true,
    right: {
      dataset: { label: { column: 'default payment', positive: 1, negative: 0 } },
      evaluation: { task: 'binary' },
    },
  },
  {
    pipeline: 'new-adult',
    file: 'adult.data.gz',
    trained: true,
    right: {
      dataset: {
        csv: { header: false },
        nullValues: ['', '?'],
        trim: true,
        label: { column: 'column_15', positive: '>50K' },
        columns: { column_1: { type: 'number' }, column_2: { type: 'category' } },
      },
    },
  },
  {
    pipeline: 'new-german',
    file: 'german_credit.csv',
    trained: true,
    right: { dataset: { csv: { header: false }, label: { column: 'column_21', positive: 2, negative: 1 } } },
  },
  {
    pipeline: 'new-bike',
    file: 'bike_sharing_hour.csv.gz',
    trained: true,
    right: {
      dataset: {
        time: 'dteday',
        label: { column: 'cnt' },
        columns: {
          instant: { role: 'ignore' },
          casual: { role: 'ignore' },
          registered: { role: 'ignore' },
          hr: { type: 'number' },
        },
      },
      split: { strategy: 'time' },
      evaluation: { task: 'regression' },
    },
  },
  {
    pipeline: 'new-wine',
    file: 'winequality-white.csv',
    right: {
      dataset: { csv: { delimiter: ';' }, label: { column: 'quality', others: 'leaveOut' } },
      evaluation: { task: 'multiclass' },
    },
  },
  {
    pipeline: 'new-california',
    file: 'california_housing.csv.gz',
    label: 'median_house_value',
    right: {
      dataset: {
        columns: { total_bedrooms: { type: 'number', impute: 'median' }, ocean_proximity: { type: 'category' } },
      },
      evaluation: { task: 'regression' },
    },
  },
  {
    pipeline: 'new-electricity',
    file: 'elec2.csv.gz',
    right: { dataset: { label: { column: 'class', positive: 1 } }, evaluation: { task: 'binary' } },
  },
  {
    pipeline: 'new-people',
    file: 'fakenamegenerator_100.csv',
    label: 'Gender',
    right: {
      dataset: {
        id: 'Number',
        columns: {
          GivenName: { role: 'pii' },
          Surname: { role: 'pii' },
          StreetAddress: { role: 'pii' },
          EmailAddress: { role: 'pii' },
          Password: { role: 'pii' },
          CCNumber: { role: 'pii' },
          NationalID: { role: 'pii' },
          ZipCode: { role: 'quasi' },
          Birthday: { role: 'quasi', truncateTo: 'year' },
        },
      },
    },
  },
];
const present = cases.filter(({ file }) => existsSync(shared(file)));

/** Public files of an installed package, and files with one oddity each: they are profiled, and not trained. */
const profiled: readonly Omit<Case, 'pipeline' | 'trained'>[] = [
  {
    file: installed('seattle-weather.csv'),
    right: { dataset: { label: { column: 'weather' }, time: 'date' }, evaluation: { task: 'multiclass' } },
  },
  {
    file: installed('seattle-weather-hourly-normals.csv'),
    label: 'temperature',
    right: { dataset: { time: 'date', columns: { date: { zone: 'UTC' } } }, evaluation: { task: 'regression' } },
  },
  {
    file: installed('la-riots.csv'),
    label: 'gender',
    right: {
      dataset: {
        time: 'death_date',
        columns: {
          first_name: { role: 'pii' },
          last_name: { role: 'pii' },
          address: { role: 'pii' },
          age: { type: 'number', impute: 'median' },
          type: { type: 'category' },
        },
      },
    },
  },
  {
    file: installed('stocks.csv'),
    right: { dataset: { time: 'date', columns: { date: { format: '%b %d %Y' }, symbol: { type: 'category' } } } },
  },
  {
    file: shared('field/churn-header.csv'),
    right: { dataset: { label: { column: 'Churn?', positive: 'True.' }, columns: { 'Account Length': {} } } },
  },
  {
    file: shared('field/dates-dd-mm-yy.csv'),
    right: { dataset: { time: 'seen', columns: { seen: { format: '%d/%m/%y', pivot: expect.any(Number) } } } },
  },
  { file: shared('field/spark-backslash.csv'), right: { dataset: { csv: { escape: '\\' }, label: { column: 'y' } } } },
  { file: shared('field/bom.jsonl'), right: { dataset: { format: 'jsonl', label: { column: 'y', positive: 1 } } } },
];

let folder: string;
let project: UpProject;

/** A file as a shop exports it: semicolons, decimal commas, days first, words for "missing", names and addresses. */
function writeCustomers(path: string): void {
  const random = createRandom(7);
  const names = ['Anna Weber', 'Peter Schmidt', 'Maria Fischer', 'Lukas Becker', 'Clara Wagner', 'Felix Hoffmann'];
  const plans = ['basic', 'plus', 'family'];
  const rows = Array.from({ length: 1500 }, (_, i) => {
    const months = random.below(60) + 1;
    const calls = random.below(8);
    const plan = random.below(3);
    const left = random.float() < 1 / (1 + Math.exp(2.5 + months / 30 - calls * 0.9 - (plan === 0 ? 1 : 0)));
    const day = `${String(random.below(28) + 1).padStart(2, '0')}.${String(random.below(12) + 1).padStart(2, '0')}.${2021 + random.below(4)}`;
    const fee = random.below(10) === 0 ? 'n/a' : `${random.below(90) + 5},${random.below(90) + 10}`;
    const person = names[random.below(names.length)] ?? '';
    return [
      `C-${10_000 + i}`,
      person,
      `kunde${i}@example.org`,
      day,
      months,
      fee,
      plans[plan],
      calls,
      left ? 'yes' : 'no',
    ].join(';');
  });
  writeFileSync(path, `Customer ID;Name;E-mail;Signed up;Months;Fee;Plan;Calls;Churned\n${rows.join('\n')}\n`);
}

const words = ['the', 'train', 'was', 'my', 'seat', 'again', 'on', 'time', 'ticket', 'lost'];

/** A ticket of support as its file and a request have it. Its `Number` is its own; messages hold what must be redacted. */
function ticket(i: number): Record<string, string> {
  const random = createRandom(i);
  const shop = random.below(120);
  const angry = random.float() < 1 / (1 + Math.exp(1 - (shop % 7)));
  const said = Array.from({ length: 4 + random.below(8) }, () => words[random.below(words.length)]);
  const message = `${said.join(' ')} ${angry ? 'refund now' : 'thank you'} mail me at ann${i}@example.com`;
  return {
    Number: String(i),
    Shop: `shop ${shop}`,
    Campaign: random.below(9) === 0 ? '' : `c${random.below(400)}`,
    Message: random.below(11) === 0 ? '' : message,
    Escalated: angry === random.float() < 0.85 ? 'yes' : 'no',
  };
}
const ticketColumns = {
  Number: { role: 'feature', type: 'number' },
  Shop: { role: 'feature', type: 'category', encode: 'target' },
  Campaign: { role: 'feature', type: 'category', encode: 'hash', buckets: 16 },
  Message: { role: 'text', action: 'redact', feature: { type: 'text', buckets: 32 } },
};

/** The pipeline of tickets, and its file. */
function writeTickets(): string {
  const tickets = Array.from({ length: 1500 }, (_, i) => ticket(i));
  const lines = [Object.keys(ticket(0)), ...tickets.map((own) => Object.values(own))].map((own) => own.join(','));
  writeFileSync(join(folder, 'tickets.csv'), `${lines.join('\n')}\n`);
  const path = join(folder, 'pipelines', 'tickets.yml');
  const label = { column: 'Escalated', positive: 'yes', negative: 'no' };
  const dataset = { format: 'csv', label, columns: ticketColumns };
  const evaluation = { task: 'binary', gates: [{ metric: 'auc', min: 0.6 }] };
  writeFileSync(path, stringify({ name: 'tickets', dataset, registry: { approval: 'auto' }, evaluation }));
  return path;
}

/** The pipeline that is written for a file, in a file of its own. */
async function writePipeline(name: string, file: string, label?: string): Promise<string> {
  const profile = await profileFile(file, {
    ...(label === undefined ? {} : { label }),
    now: new Date(),
    progress: () => undefined,
  });
  const path = join(folder, 'pipelines', `${name}.yml`);
  writeFileSync(path, proposeFor(name, file, profile).text);
  return path;
}

const written = new Map<string, string>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-new-'));
  mkdirSync(join(folder, 'pipelines'));
  writeCustomers(join(folder, 'customers.csv'));
  written.set('churn', await writePipeline('churn', join(folder, 'customers.csv')));
  for (const { pipeline, file, label } of present)
    written.set(pipeline, await writePipeline(pipeline, shared(file), label));
  project = await startProject([...written.values(), writeTickets()]);
}, 900_000);
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = (pipeline: string): unknown => parse(readFileSync(written.get(pipeline) ?? '', 'utf8'));

/** Drops a file and waits until its model serves. */
async function trainAndServe(pipeline: string, file: string) {
  const copy = join(folder, basename(file));
  if (copy !== file) await pipe(createReadStream(file), createWriteStream(copy));
  const { ended, run } = await project.drop(pipeline, [copy], 'd1');
  expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  expect(run).toMatchObject({ status: 'registered' });
  await vi.waitFor(async () => expect(await getState(project.target, pipeline, 'champion')).toBeDefined(), {
    timeout: 120_000,
    interval: 500,
  });
  return run;
}

/** The lines of the objects below a prefix of the clean bucket, by the end of their name. */
async function cleanLines(prefix: string): Promise<Map<string, string[]>> {
  const Bucket = project.target.outputs.CleanBucketName;
  const { Contents = [] } = await project.target.s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  const read = async (key: string): Promise<[string, string[]]> => {
    const { Body } = await project.target.s3.send(new GetObjectCommand({ Bucket, Key: key }));
    return [key.slice(prefix.length).split('.')[0] ?? '', ((await Body?.transformToString()) ?? '').trim().split('\n')];
  };
  return new Map(await Promise.all(Contents.map(({ Key = '' }) => read(Key))));
}

it('scores a request with target, hashed and text inputs as the holdout was scored, and stores no word', async () => {
  const run = await trainAndServe('tickets', join(folder, 'tickets.csv'));
  if (!run) throw new Error('the drop was not trained');
  const keys = cleanKeys(run);
  const [inputs, scores] = await Promise.all([
    cleanLines(keys.holdout('candidate')),
    cleanLines(keys.scores('candidate')),
  ]);
  const batch = [...inputs]
    .filter(([name]) => name !== 'permuted')
    .flatMap(([name, lines]) => lines.map((line, i) => ({ line, score: Number(scores.get(name)?.[i]) })));
  const fitted = await project.readArtifact(artifactKeys(run).transform, fittedTransformSchema);
  const at = fitted.features.findIndex(({ name }) => name === 'Number');
  const chosen = batch.slice(0, 40);
  const rows = chosen.map(({ line }) => ticket(Number(line.split(',')[at])));
  const { predictions } = await predictRows(project.target, 'tickets', rows);

  expect(chosen).toHaveLength(40);
  expect(new Set(fitted.features.map(({ kind }) => kind))).toEqual(
    new Set(['number', 'target', 'hashed', 'missing', 'text-statistic', 'text-words']),
  );
  predictions.forEach((own, i) => {
    expect('score' in own && own.score).toBeCloseTo(chosen[i]?.score ?? Number.NaN, 5);
  });
  expect(JSON.stringify(fitted)).not.toMatch(/refund|thank|example\.com/);
});

describe('a pipeline that nobody typed', () => {
  it('makes a tested endpoint of a file as a shop exports it', async () => {
    expect(read('churn')).toMatchObject({
      dataset: {
        csv: { delimiter: ';' },
        id: 'Customer ID',
        time: 'Signed up',
        label: { column: 'Churned', positive: 'yes', negative: 'no' },
        columns: {
          Name: { role: 'pii' },
          'E-mail': { role: 'pii' },
          Fee: { type: 'number', numbers: { decimal: ',' } },
          Plan: { type: 'category' },
        },
      },
      split: { strategy: 'time' },
    });
    await trainAndServe('churn', join(folder, 'customers.csv'));
    const rows = [
      { Months: '2', Fee: '19,90', Plan: 'basic', Calls: '7' },
      { Months: '58', Fee: 'n/a', Plan: 'family', Calls: '0' },
    ];
    const { predictions } = await predictRows(project.target, 'churn', rows);
    const [leaving = 0, staying = 1] = predictions.map((own) => ('score' in own ? own.score : Number.NaN));
    expect(leaving).toBeGreaterThan(0.5);
    expect(staying).toBeLessThan(0.3);
  });

  it.skipIf(present.length < cases.length).each(cases)('says what is right of $file', ({ pipeline, right }) => {
    expect(read(pipeline)).toMatchObject(right);
  });

  it.each(profiled.filter(({ file }) => existsSync(file)).map((own) => ({ ...own, name: basename(own.file) })))(
    'is right of $name',
    async ({ name, file, label, right }) => {
      const path = await writePipeline(`profiled-${name.replaceAll(/[^a-z]/g, '').slice(0, 9)}`, file, label);
      expect(parse(readFileSync(path, 'utf8'))).toMatchObject(right);
    },
  );

  const trained = cases.filter((own) => own.trained);
  it.skipIf(present.length < cases.length).each(trained)(
    'trains on $file as it is, and serves',
    async ({ pipeline, file }) => {
      await trainAndServe(pipeline, shared(file));
    },
  );
});
