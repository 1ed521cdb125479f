import { describe, expect, it } from 'vitest';
import { fitInteractions, pairsSql, plannedInteractions } from '#domain/data/interactions';
import { describeInteractions } from '#domain/data/treatment';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const columns = {
  x: { role: 'feature', type: 'number' },
  y2: { role: 'feature', type: 'number' },
  up: { role: 'feature', type: 'number', monotone: 'increasing' },
  same: { role: 'feature', type: 'category', invariant: 0.1 },
  c: { role: 'feature', type: 'category' },
  zip: { role: 'quasi', action: 'generalize', keepFirst: 2, feature: { type: 'category' } },
  t: { role: 'feature', type: 'datetime', parts: ['hour'] },
  s: { role: 'slice' },
};
const parsed = (interactions: unknown) => pipelineSchema.safeParse(smallPipeline({ columns, interactions }));
const problemOf = (interaction: unknown): string | undefined => {
  const [issue] = parsed([interaction]).error?.issues ?? [];
  if (issue) expect(issue.path).toEqual(['dataset', 'interactions', 0]);
  return issue?.message;
};

describe('the rules of interactions', () => {
  it.each([
    [['x', 'nowhere'], '"nowhere" is no model input: name two columns that are'],
    [['x', 's'], '"s" is no model input: name two columns that are'],
    [['x', 'x'], '"x" twice: name two different columns'],
    [['x', 'up'], '"up" is declared monotone or invariant, which an interaction could break: remove one of the two'],
    [
      ['c', 'same'],
      '"same" is declared monotone or invariant, which an interaction could break: remove one of the two',
    ],
    [['x', 'c'], 'a number and a category do not go together: take two numbers, two categories or two times'],
    [
      { of: ['c', 'zip'], as: 'ratio' },
      'a category and a category do not go together as ratio: take two numbers, two categories or two times',
    ],
  ])('refuse %j', (interaction, problem) => {
    expect(problemOf(interaction)).toBe(problem);
  });

  it('take model inputs that go together, once', () => {
    for (const good of [['x', 'y2'], ['c', 'zip'], { of: ['y2', 'x'], as: 'ratio' }])
      expect(problemOf(good)).toBeUndefined();
    expect(
      parsed([
        ['x', 'y2'],
        ['x', 'y2'],
      ]).error?.issues.map(({ message }) => message),
    ).toEqual(['it is listed twice: remove one']);
    expect(parsed([['x', 'y2'], { of: ['x', 'y2'], as: 'ratio' }]).success).toBe(true);
    expect(parsed([['x', 'y2'], { of: ['x', 'y2'], as: 'product' }]).error?.issues).toMatchObject([
      { path: ['dataset', 'interactions', 1], message: 'it is listed twice: remove one' },
    ]);
  });
});

const pipeline = pipelineSchema.parse(
  smallPipeline({
    columns,
    interactions: [
      ['x', 'y2'],
      ['c', 'zip'],
    ],
  }),
);
const input = (source: string) => ({ kind: 'any', name: source, source });

it('interactions that the rules refuse are not planned', () => {
  const { dataset } = pipeline;
  for (const pair of [
    ['x', 'nowhere'],
    ['nowhere', 'x'],
    ['x', 'c'],
  ] as [string, string][])
    expect(plannedInteractions({ dataset: { ...dataset, interactions: [pair] } })).toEqual([]);
});

describe('fitting interactions', () => {
  const pairs = new Map([
    [
      1,
      [
        ['a', 'p'],
        ['b', 'p'],
      ] as const,
    ],
  ]);

  it('makes model inputs of columns that are model inputs themselves', () => {
    expect(plannedInteractions(pipeline).map(({ interaction: { name } }) => name)).toEqual(['product', 'cross']);
    const all = fitInteractions(pipeline, pairs, { features: ['x', 'y2', 'c', 'zip'].map(input) });
    expect(all.features.map(({ name }) => name)).toEqual(['x × y2', 'c × zip=a, p', 'c × zip=b, p', 'c × zip:other']);
    expect(all.dropped).toEqual([]);
    expect(describeInteractions(all)).toEqual(['x and y2, one input', 'c and zip, 3 inputs']);
  });

  it('says why there are none', () => {
    expect(fitInteractions(pipeline, new Map(), { features: ['x', 'c', 'zip'].map(input) })).toEqual({
      features: [],
      dropped: [
        { column: 'x × y2', reason: 'y2 carries no information' },
        { column: 'c × zip', reason: 'the same pair in every training row' },
      ],
    });
  });

  it('counts pairs, the most frequent first', async () => {
    using engine = await testEngine();
    const rows = "(SELECT * FROM (VALUES ('a', true), ('b', true), ('b', true), (NULL, true), ('b', NULL)) AS t(c, d))";
    expect(await engine.query('pairs', pairsSql(['c', 'd'], rows))).toEqual([
      { first: 'b', second: 'true' },
      { first: 'a', second: 'true' },
    ]);
  });
});
