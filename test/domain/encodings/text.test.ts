import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it, test } from 'vitest';
import { columnSchema } from '#domain/data/column-schema';
import { needsSql, readDocuments } from '#domain/data/needs';
import { featureSelectSql } from '#domain/data/transform';
import type { Fitted } from '#domain/encodings/encoding';
import { textWords } from '#domain/encodings/text';
import { text } from '#domain/sql/literals';
import { testEngine } from '../../fakes/data-run.ts';

const engine = await testEngine();
afterAll(() => engine.close());

type Settings = Parameters<typeof textWords.fit>[1];
const settings = (own: Partial<Settings> = {}): Settings => ({
  statistics: ['length', 'words', 'digits', 'capitals', 'marks'],
  ngrams: [1],
  buckets: 16,
  ...own,
});
const rowsOf = (texts: readonly (string | null)[]) =>
  `(SELECT 'train' AS _side, unnest(from_json(${text(JSON.stringify(texts))}, '["VARCHAR"]')) AS t)`;
const featuresOf = (fitted: Fitted) => ('features' in fitted ? [...fitted.features] : []);

async function learn(texts: readonly (string | null)[], own: Settings) {
  const needs = textWords.needs(own);
  const documents = readDocuments(needs, await engine.query('count', needsSql('t', needs, 2, rowsOf(texts))));
  const present = texts.filter((t) => t !== null).length;
  const trainMissing = texts.length - present;
  return textWords.fit('t', own, { kind: 'text', missing: trainMissing, trainMissing, texts: present, documents });
}

/** The inputs of each text by name, without those that are 0. */
async function encode(fitted: Fitted, texts: readonly (string | null)[]) {
  const features = featuresOf(fitted);
  const found = await engine.query('encode', featureSelectSql({ features }, rowsOf(texts)));
  return found.map((row) =>
    Object.fromEntries(
      features.map(({ name }, i) => [name, Number(row[`x${i}`])] as const).filter(([, value]) => value !== 0),
    ),
  );
}

/** `md5_number_lower` of the engine: the lower half, the last byte being the first. */
const bucketOf = (words: string, buckets: number) =>
  Number(createHash('md5').update(words).digest().readBigUInt64LE(8) % BigInt(buckets));
const idf = (texts: number, withBucket: number) =>
  Number((Math.log((1 + texts) / (1 + withBucket)) + 1).toPrecision(7));

describe('the words of a text', () => {
  it('weigh by how often they are there and how rare they are among the training rows', async () => {
    const words = ['late', 'train', 'Überfüllt'];
    const buckets = words.map((word) => bucketOf(word.toLowerCase(), 512));
    expect(new Set(buckets).size).toBe(3);
    const fitted = await learn(
      ['late train', 'Late, late TRAIN!', 'überfüllt'],
      settings({ statistics: [], buckets: 512 }),
    );

    const [late, train, full] = buckets;
    expect(
      featuresOf(fitted)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(buckets.map((b) => `t#${b}`).toSorted());
    expect(await encode(fitted, ['late late late', 'überfüllt train', 'never seen', '...', null])).toEqual([
      { [`t#${late}`]: expect.closeTo(Math.log(4) * idf(3, 2), 10) },
      {
        [`t#${train}`]: expect.closeTo(Math.log(2) * idf(3, 2), 10),
        [`t#${full}`]: expect.closeTo(Math.log(2) * idf(3, 1), 10),
      },
      {},
      {},
      {},
    ]);
  });

  it('count in runs of neighbours, whatever stands between them', async () => {
    const own = settings({ statistics: [], ngrams: [2, 3], buckets: 1024 });
    const fitted = await learn(['not so good', 'so'], own);

    const names = ['not so', 'so good', 'not so good'].map((run) => `t#${bucketOf(run, 1024)}`);
    expect(
      featuresOf(fitted)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
    const [found, pair] = await encode(fitted, ['Not so -- GOOD', 'so good']);
    expect(Object.keys(found ?? {}).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(pair ?? {})).toEqual([names[1]]);
  });

  it('are stored nowhere', async () => {
    const fitted = await learn(['confidential complaint', 'other'], settings({ ngrams: [1, 2] }));
    expect(JSON.stringify(fitted)).not.toMatch(/confidential|complaint|other/);
  });
});

test('the statistics of a text are its length, words, shares of digits and capitals, and what redaction left', async () => {
  const fitted = await learn(['a', null], settings({ buckets: 2 }));
  const [row, empty, missing] = await encode(fitted, ['AB 12 [email] [us-ssn]', '', null]);

  expect(row).toMatchObject({ 't:length': 22, 't:words': 5, 't:digits': 2 / 22, 't:capitals': 2 / 22, 't:marks': 2 });
  expect(empty).toEqual({});
  expect(missing).toEqual({ 't:missing': 1 });
});

test('a text without a value in training is not used', () => {
  const profile = { kind: 'text' as const, missing: 2, trainMissing: 2, texts: 0, documents: [] };
  expect(textWords.fit('t', settings(), profile)).toEqual({ dropped: 'every training row lacks a value' });
  expect(textWords.leavesMissing()).toBe(false);
});

test('a redacted text may be a model input of type text, and of no other', () => {
  const problem = (own: object) => columnSchema.safeParse({ role: 'text', ...own }).error?.issues[0]?.message;
  expect(columnSchema.parse({ role: 'text', action: 'redact', feature: { type: 'text' } })).toMatchObject({
    feature: { type: 'text', ngrams: [1, 2], buckets: 64 },
  });
  expect(problem({ action: 'redact', feature: { type: 'category' } })).toBe(
    'a column redacted is a text, not a category',
  );
  expect(problem({ action: 'drop', feature: { type: 'text' } })).toContain('feature');
  expect(columnSchema.parse({ role: 'feature', type: 'text', buckets: 8 })).toMatchObject({
    buckets: 8,
    statistics: expect.any(Array),
  });
});

test('drift checks watch the statistics, and not each bucket of words', () => {
  const [statistic, words] = textWords.features;
  expect(statistic.watched()).toEqual({ as: 'number' });
  expect(words.watched()).toEqual({ as: 'nothing', because: 'words of a text: its statistics are watched' });
});
