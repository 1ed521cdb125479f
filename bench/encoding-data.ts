import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '#domain/random';
import type { Task } from '#schemas/records/task';

/** A table for `bench/encodings.ts`: its file, and its pipeline with each way to encode its categories. */
export interface EncodingTable {
  readonly task: Task;
  readonly metric: 'auc' | 'rmse';
  readonly label: Readonly<Record<string, unknown>>;
  /** Settings of `dataset` besides the label and the columns. */
  readonly dataset?: Readonly<Record<string, unknown>>;
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
  readonly texts?: readonly string[];
  /** The bytes of the CSV. */
  read(): Buffer;
}

const folder = new URL('../../shared/data/', import.meta.url);
const shared = (file: string) => (): Buffer => {
  const bytes = readFileSync(new URL(file, folder));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};
const list = (names: string) => names.split(' ');

const adult = list(
  'age workclass fnlwgt education education_num marital_status occupation relationship race sex capital_gain capital_loss hours_per_week native_country income',
);
const german = list(
  'status duration history purpose amount savings employment rate personal guarantors residence property age plans housing credits job dependants phone foreign class',
);

/** Sales of 1,500 shops, each with a level of its own: so many categories are what one-hot is not made for. */
function shops(): Buffer {
  const random = createRandom(7);
  const levels = Array.from({ length: 1500 }, () => 2 * random.float() - 1);
  const lines = Array.from({ length: 20_000 }, () => {
    const shop = Math.floor(levels.length * random.float() ** 2);
    const x = random.float();
    const chance = 1 / (1 + Math.exp(-(1.5 * (levels[shop] as number) + x - 0.5)));
    return `shop ${shop},${x.toFixed(4)},${random.float() < chance ? 1 : 0}`;
  });
  return Buffer.from(`shop,x,y\n${lines.join('\n')}\n`);
}

const plain = list(
  'the a my was is on at in order train seat and it with for this account staff ticket today please we you again from',
);
const bad = list('late broken cancelled refund rude lost missing dirty wrong waiting');
const good = list('thanks quick friendly clean perfect helpful early smooth kind easy');

/** Short messages, whose label follows from some of their words and from pairs that turn them round. */
function messages(): Buffer {
  const random = createRandom(11);
  const one = (words: readonly string[]) => words[Math.floor(words.length * random.float())] as string;
  const lines = Array.from({ length: 8000 }, () => {
    let mood = 0;
    const words = Array.from({ length: 6 + Math.floor(14 * random.float()) }, () => {
      const chance = random.float();
      if (chance < 0.8) return one(plain);
      const isBad = random.float() < 0.5;
      const turned = random.float() < 0.3;
      mood += isBad === turned ? -1 : 1;
      return `${turned ? 'not ' : ''}${one(isBad ? bad : good)}`;
    });
    const x = random.float();
    const label = random.float() < 1 / (1 + Math.exp(-(0.8 * mood + 2 * (x - 0.5)))) ? 1 : 0;
    return `"${words.join(' ')}",${x.toFixed(4)},${label}`;
  });
  return Buffer.from(`message,x,y\n${lines.join('\n')}\n`);
}

export const encodingTables = {
  taiwan: {
    task: 'binary',
    metric: 'auc',
    label: { column: 'default payment', positive: 1, negative: 0 },
    numbers: list(
      'LIMIT_BAL AGE PAY_0 PAY_2 PAY_3 PAY_4 PAY_5 PAY_6 BILL_AMT1 BILL_AMT2 BILL_AMT3 BILL_AMT4 BILL_AMT5 BILL_AMT6 PAY_AMT1 PAY_AMT2 PAY_AMT3 PAY_AMT4 PAY_AMT5 PAY_AMT6',
    ),
    categories: ['EDUCATION', 'MARRIAGE'],
    read: shared('credit_default_taiwan.csv.gz'),
  },
  adult: {
    task: 'binary',
    metric: 'auc',
    label: { column: 'income', positive: '>50K', negative: '<=50K' },
    dataset: { csv: { header: false, names: adult }, trim: true, nullValues: ['', '?'] },
    numbers: list('age education_num capital_gain capital_loss hours_per_week'),
    categories: list('workclass marital_status occupation relationship native_country'),
    read: shared('adult.data.gz'),
  },
  german: {
    task: 'binary',
    metric: 'auc',
    label: { column: 'class', positive: 2, negative: 1 },
    dataset: { csv: { header: false, names: german }, minRows: 500 },
    numbers: list('duration amount rate residence age credits dependants'),
    categories: list('status history purpose savings employment personal guarantors property plans housing job'),
    read: shared('german_credit.csv'),
  },
  california: {
    task: 'regression',
    metric: 'rmse',
    label: { column: 'median_house_value' },
    numbers: list(
      'longitude latitude housing_median_age total_rooms total_bedrooms population households median_income',
    ),
    categories: ['ocean_proximity'],
    read: shared('california_housing.csv.gz'),
  },
  bike: {
    task: 'regression',
    metric: 'rmse',
    label: { column: 'cnt' },
    numbers: list('yr holiday workingday temp atemp hum windspeed'),
    categories: list('season mnth hr weekday weathersit'),
    read: shared('bike_sharing_hour.csv.gz'),
  },
  elec2: {
    task: 'binary',
    metric: 'auc',
    label: { column: 'class', positive: 1, negative: 0 },
    numbers: list('nswprice nswdemand'),
    categories: ['period'],
    read: shared('elec2.csv.gz'),
  },
  shops: {
    task: 'binary',
    metric: 'auc',
    label: { column: 'y', positive: 1, negative: 0 },
    numbers: ['x'],
    categories: ['shop'],
    read: shops,
  },
  messages: {
    task: 'binary',
    metric: 'auc',
    label: { column: 'y', positive: 1, negative: 0 },
    numbers: ['x'],
    categories: [],
    texts: ['message'],
    read: messages,
  },
} as const satisfies Record<string, EncodingTable>;
export type TableName = keyof typeof encodingTables;
