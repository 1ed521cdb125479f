import { expect, test } from 'vitest';
import * as z from 'zod';
import { readYaml } from '../src/located-yaml.ts';

const metric = z.enum(['auc', 'recall']);
const schema = z.strictObject({
  gate: z.union([
    z.strictObject({ metric, min: z.number() }),
    z.strictObject({ metric, max: z.number() }),
    z.strictObject({ metric, vsChampion: z.strictObject({ notWorseBy: z.number() }) }),
    z.strictObject({ check: z.literal('leakage') }),
  ]),
});
const problems = (gate: string): string[] => {
  const read = readYaml(`gate: ${gate}`, schema, 'empty');
  return 'problems' in read ? read.problems.map(({ text }) => text) : [];
};

test.each([
  ['{ metric: auc, min: 0.7, max: 0.9 }', ['gate.max: cannot be set together with min.']],
  ['{ metric: auc, min: 0.7, check: leakage }', ['gate.check: cannot be set together with metric, min.']],
  ['{ metric: auc, mni: 0.7 }', ['gate.mni: not a known setting. Did you mean min?']],
  [
    '{ metric: auc, vsChampoin: { notWorseBy: 0 } }',
    ['gate.vsChampoin: not a known setting. Did you mean vsChampion?'],
  ],
  [
    '{ metric: auc, min: 0.7, colour: red }',
    ['gate.colour: not a known setting. Allowed: metric, min, max, vsChampion, check.'],
  ],
  ['{ metric: aucc, min: 0.7 }', ['gate.metric: found "aucc"; allowed: auc, recall. Did you mean auc?']],
  ['{ metric: auc, min: high }', ['gate.min: found "high"; expected a number.']],
  [
    '{ metric: auc, vsChampion: { notWorse: 0 } }',
    [
      'gate.vsChampion.notWorseBy: missing; expected a number.',
      'gate.vsChampion.notWorse: not a known setting. Did you mean notWorseBy?',
    ],
  ],
  ['{ metric: auc, min: 0.7 }', []],
])('%s is explained by the alternative that was probably meant', (gate, expected) => {
  expect(problems(gate).toSorted()).toEqual(expected.toSorted());
});

test('what is wrong by every alternative is reported once, beside what separates them', () => {
  const read = readYaml(
    '{ metric: aucc }',
    z.union([z.object({ metric, min: z.number() }), z.object({ metric, max: z.number() })]),
    '',
  );
  expect('problems' in read && read.problems.map(({ text }) => text)).toEqual([
    'metric: found "aucc"; allowed: auc, recall. Did you mean auc?',
    'one of min, max is missing.',
  ]);
});

test('an alternative that does not know a key is not among those that lack one', () => {
  const kinds = z.union([
    z.strictObject({ metric, min: z.number() }),
    z.strictObject({ metric, max: z.number() }),
    z.strictObject({ groups: z.object({ min: z.number() }) }),
  ]);
  const read = readYaml('{ metric: auc }', kinds, '');
  expect('problems' in read && read.problems.map(({ text }) => text)).toEqual(['one of min, max is missing.']);
});
