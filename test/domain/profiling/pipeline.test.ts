import { describe, expect, it } from 'vitest';
import { guessDialect } from '#domain/profiling/dialect';
import { proposeLabel, type ReadColumn } from '#domain/profiling/label';
import { type ProfiledFile, proposePipeline } from '#domain/profiling/pipeline';
import { proposeRoles } from '#domain/profiling/roles';
import { columnOf, numbered } from './a-column.ts';

const days = numbered(400, (i) => `2020-01-${i}`);
const label = columnOf({ name: 'y', values: { 0: 300, 1: 100 } });
const amount = columnOf({ name: 'amount', values: { 1: 200, 2: 200 } });
const signed = columnOf({ name: 'signed', values: days, dates: [{ settings: {}, read: 400 }] });
const file = (columns: readonly ReadColumn[], own: Partial<ProfiledFile> = {}): ProfiledFile => ({
  format: 'jsonl',
  rows: 400,
  sampled: 400,
  malformed: 0,
  blanks: false,
  columns,
  sources: new Map(),
  ...own,
});

function proposalOf(
  columns: readonly ReadColumn[],
  own: Partial<ProfiledFile> = {},
  measured: Parameters<typeof proposePipeline>[4] = { findings: [], together: 0.817 },
) {
  const target = columns.find(({ facts }) => facts.name === 'y') ?? label;
  const proposed = proposeLabel(target);
  return proposePipeline('churn', file(columns, own), proposed, proposeRoles(columns, 'y', []), measured);
}

describe('the pipeline for a file', () => {
  it('has the settings that the file needs, each with its reason', () => {
    expect(proposalOf([amount, label])).toEqual({
      name: 'churn',
      format: 'jsonl',
      label: {
        value: { column: 'y', positive: 1, negative: 0 },
        because: 'two values; the positive one is named as such, 25 % of the rows',
      },
      columns: [{ name: 'amount', value: { role: 'feature', type: 'number' }, because: 'whole numbers, 2 different' }],
      split: {
        value: { train: 0.7, validation: 0.15, test: 0.15 },
        because: 'by class; the same values stay on one side',
      },
      imbalance: { value: 'none', because: 'scores stay probabilities' },
      task: { value: 'binary' },
      gates: [
        { value: { metric: 'auc', min: 0.76 }, because: 'a quick linear baseline has 0.817' },
        { value: { metric: 'auc', vsChampion: { notWorseBy: 0.01 } }, because: 'not worse than the model in service' },
      ],
    });
  });

  it('asks whether many numbers of one name are an embedding', () => {
    const parts = Array.from({ length: 40 }, (_, i) => ({ ...amount, facts: { ...amount.facts, name: `emb_${i}` } }));
    expect(proposalOf([...parts, label]).embeddings).toEqual({
      value: { emb: 'emb_*' },
      because: 'numbers that are counted under one name',
      doubt: 'are they one embedding? Drift checks then compare them as a whole. Otherwise remove this line',
    });
  });

  it('divides dated rows by their time', () => {
    const { time, split } = proposalOf([signed, amount, label]);
    expect(time).toMatchObject({ value: 'signed' });
    expect(split.value).toMatchObject({ strategy: 'time' });
  });

  it('says how a CSV file is written, where it is not as usual', () => {
    const usual = guessDialect('a,b\n1,2\n2,3\n', true);
    expect(proposalOf([amount, label], { format: 'csv', dialect: usual, encoding: 'utf-8' })).not.toHaveProperty('csv');
    const other = { ...usual, delimiter: ';', quote: "'", escape: '\\', skipLines: 2 };
    expect(proposalOf([amount, label], { format: 'csv', dialect: other, encoding: 'windows-1252' }).csv).toEqual({
      value: { delimiter: ';', quote: "'", escape: '\\', encoding: 'windows-1252', skipLines: 2 },
    });
    const bare = { ...usual, header: false, fields: ['column_1', 'column_2'] };
    expect(proposalOf([amount, label], { format: 'csv', dialect: bare }).csv).toMatchObject({
      value: { header: false, names: ['column_1', 'column_2'] },
      doubt: expect.stringContaining('names'),
    });
  });

  it('gathers words for "missing", and trims where blanks stand around values', () => {
    const coded = columnOf({ name: 'k', values: { 1: 300, 2: 80, '?': 20 }, words: ['?'] });
    expect(proposalOf([coded, label], { blanks: true })).toMatchObject({
      nullValues: { value: ['', '?'] },
      trim: { value: true },
    });
  });

  it('leaves columns unread that give the label away, and asks whether they are known in time', () => {
    const found = (check: string) => [{ column: 'amount', check, reason: 'it says all' }];
    const { columns } = proposalOf([amount, label], {}, { findings: found('alone') });
    expect(columns[0]).toMatchObject({
      value: { role: 'ignore' },
      because: 'it says all',
      doubt: expect.stringContaining('leakage.allow'),
    });
    expect(proposalOf([amount, label], {}, { findings: found('id-like') }).columns[0]).not.toHaveProperty('doubt');
  });

  it('asks of a model a little less than the baseline reached, and a little more than chance', () => {
    const minOf = (together?: number) =>
      proposalOf([amount, label], {}, { findings: [], ...(together === undefined ? {} : { together }) }).gates[0];
    expect(minOf(0.5)?.value).toMatchObject({ min: 0.52 });
    expect(minOf()).toMatchObject({ value: { min: 0.52 }, because: expect.stringContaining('too few rows') });
    const amounts = columnOf({ name: 'y', values: numbered(400, (i) => String(i + 0.5)) });
    expect(proposalOf([amount, amounts]).gates[0]?.value).toEqual({ metric: 'r2', min: 0.71 });
    expect(proposalOf([amount, amounts])).not.toHaveProperty('imbalance');
    const three = columnOf({ name: 'y', values: { a: 100, b: 100, c: 200 } });
    expect(proposalOf([amount, three]).gates[0]?.value).toEqual({ metric: 'auc_ovr_macro', min: 0.76 });
  });

  it('names the place of a column that has no usable name', () => {
    const sources = new Map([
      ['amount', { position: 2 }],
      ['y', { position: 3 }],
      ['signed', { position: 1 }],
    ]);
    const proposal = proposalOf([signed, amount, label], { sources });
    expect(proposal.from).toEqual({ signed: { position: 1 } });
    expect(proposal.label.value).toMatchObject({ from: { position: 3 } });
    expect(proposal.columns[0]?.value).toMatchObject({ from: { position: 2 } });
  });

  it('names an id, and how a time is written', () => {
    const id = columnOf({ name: 'customer_id', values: numbered(400, (i) => `c${i}`) });
    const day = columnOf({
      name: 'day',
      values: days,
      dates: [{ settings: { format: '%d.%m.%y', pivot: 1927 }, read: 400 }],
    });
    const proposal = proposalOf([id, day, amount, label]);
    expect(proposal.id).toEqual({ value: 'customer_id', because: 'each row has its own' });
    // the question stands once, where it is answered
    expect(proposal.time).toEqual({ value: 'day' });
    expect(proposal.columns[0]).toMatchObject({
      name: 'day',
      doubt: expect.stringContaining('1927'),
      value: { role: 'ignore', format: '%d.%m.%y', pivot: 1927 },
    });
  });

  it('lets rows be malformed that have no label, and says so', () => {
    const rare = columnOf({ name: 'y', values: { 0: 300, 1: 60 }, rows: 400 });
    expect(proposalOf([amount, rare]).maxMalformedFraction).toEqual({
      value: 0.13,
      because: 'about 10 % of the rows cannot be used: they have no label, or values that cannot be read',
    });
    expect(proposalOf([amount, label])).not.toHaveProperty('maxMalformedFraction');
  });

  it('does not hide lines that cannot be read', () => {
    expect(proposalOf([amount, label], { rows: 800, malformed: 400 }).maxMalformedFraction).toMatchObject({
      value: 0.01,
      because: '50 % of the lines are malformed',
      doubt: expect.stringContaining('refused'),
    });
  });

  it('asks for fewer rows where the file has few', () => {
    expect(proposalOf([amount, label], { rows: 90 }).minRows).toEqual({ value: 45, because: 'this file has 90 rows' });
    expect(proposalOf([amount, label], { rows: 1 }).minRows?.value).toBe(1);
  });

  it('does not count values that it leaves unread', () => {
    const mixed = columnOf({ name: 'ssn', values: { ...Object.fromEntries([[1, 399]]), x: 1 } });
    expect(proposalOf([mixed, amount, label])).not.toHaveProperty('maxMalformedFraction');
  });
});
