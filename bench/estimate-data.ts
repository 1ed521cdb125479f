import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '#domain/random';
import type { Task } from '#schemas/records/task';

/** A public data set as numbers: categories are numbered in the order in which they appear. */
export interface Table {
  readonly task: Task;
  readonly classes: number;
  readonly columns: readonly string[];
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

interface Source {
  readonly file: string;
  readonly task: Task;
  readonly label: string;
  readonly separator?: string;
  /** Names of the columns of a file without a header. */
  readonly header?: readonly string[];
  readonly leaveOut?: readonly string[];
}

const folder = new URL('../../shared/data/', import.meta.url);
const adult =
  'age,workclass,fnlwgt,education,years,marital,occupation,relationship,race,sex,gain,loss,hours,country,income';

export const sources = {
  elec2: {
    file: 'elec2.csv.gz',
    task: 'binary',
    label: 'class',
    // the same value in all rows of the first fifth: no model inputs
    leaveOut: ['vicprice', 'vicdemand', 'transfer'],
  },
  taiwan: { file: 'credit_default_taiwan.csv.gz', task: 'binary', label: 'default payment' },
  adult: { file: 'adult.data.gz', task: 'binary', label: 'income', separator: ', ', header: adult.split(',') },
  wine: { file: 'winequality-white.csv', task: 'multiclass', label: 'quality', separator: ';' },
  california: { file: 'california_housing.csv.gz', task: 'regression', label: 'median_house_value' },
  bike: {
    file: 'bike_sharing_hour.csv.gz',
    task: 'regression',
    label: 'cnt',
    leaveOut: ['instant', 'dteday', 'casual', 'registered'],
  },
} as const satisfies Record<string, Source>;

export function readTable(source: Source): Table {
  const bytes = readFileSync(new URL(source.file, folder));
  const text = (source.file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const lines = text.trim().split(/\r?\n/);
  const split = (line: string): string[] =>
    line.split(source.separator ?? ',').map((field) => field.replaceAll('"', ''));
  const names = source.header ?? split(lines.shift() as string);
  const codes = names.map(() => new Map<string, number>());
  const rows = lines.filter((line) => line !== '').map((line) => split(line));
  const encode = (field: string, at: number): number => {
    if (field === '' || field === '?') return Number.NaN;
    if (field.trim() !== '' && Number.isFinite(Number(field))) return Number(field);
    const known = codes[at] as Map<string, number>;
    if (!known.has(field)) known.set(field, known.size);
    return known.get(field) as number;
  };
  const label = names.findIndex((name) => name.startsWith(source.label));
  const kept = names.flatMap((name, at) => (at === label || source.leaveOut?.includes(name) ? [] : [at]));
  const raw = rows.map((row) => encode(row[label] as string, label));
  const found = [...new Set(raw)].sort((a, b) => a - b);
  return {
    task: source.task,
    classes: source.task === 'regression' ? 0 : found.length,
    columns: kept.map((at) => names[at] as string),
    features: rows.map((row) => kept.map((at) => encode(row[at] as string, at))),
    labels: source.task === 'regression' ? raw : raw.map((value) => found.indexOf(value)),
  };
}

/** Whole numbers from 0, in an order drawn by the seed. */
export function shuffled(rows: number, seed: number): number[] {
  const random = createRandom(seed);
  const order = Array.from({ length: rows }, (_, row) => row);
  for (let last = rows - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}

const objectives = { binary: 'binary:logistic', multiclass: 'multi:softprob', regression: 'reg:squarederror' } as const;

/** Trains XGBoost on some rows and scores all of them: one score per row, or one per row and class. */
export function trainAndScore(table: Table, train: readonly number[], python: string): Float64Array {
  const scratch = mkdtempSync(join(tmpdir(), 'tidegate-estimate-'));
  try {
    const line = (row: number): string => (table.features[row] as readonly number[]).join(',');
    writeFileSync(join(scratch, 'train.csv'), train.map((row) => `${table.labels[row]},${line(row)}\n`).join(''));
    writeFileSync(join(scratch, 'rows.csv'), table.labels.map((_, row) => `${line(row)}\n`).join(''));
    const script = fileURLToPath(new URL('estimate-model.py', import.meta.url));
    execFileSync(python, [script, scratch, objectives[table.task], String(table.classes)]);
    const text = readFileSync(join(scratch, 'scores.csv'), 'utf8');
    return Float64Array.from(text.trim().split(/[\n,]/), Number);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
