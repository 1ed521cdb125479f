import { expect, test } from 'vitest';
import * as z from 'zod';
import { readYaml } from '../src/located-yaml.ts';

const schema = z.strictObject({
  engine: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('trees').default('trees'),
      settings: z.strictObject({ eta: z.number().optional(), depth: z.int().optional() }).optional(),
    }),
    z.strictObject({
      kind: z.literal('line'),
      settings: z.strictObject({ rate: z.number().optional() }).optional(),
    }),
  ]),
});
const problems = (engine: string): string[] => {
  const read = readYaml(`engine: ${engine}`, schema, 'empty', {
    suggest: (path, key, root) =>
      path.join('.') === 'engine.settings' && key === 'learning_rate'
        ? (root as { engine: { kind?: string } }).engine.kind === 'line'
          ? 'rate'
          : 'eta'
        : undefined,
  });
  return 'problems' in read ? read.problems.map(({ text }) => text) : [];
};

test.each([
  ['{ settings: { learning_rate: 1 } }', ['engine.settings.learning_rate: not a known setting. Did you mean eta?']],
  [
    '{ kind: line, settings: { learning_rate: 1 } }',
    ['engine.settings.learning_rate: not a known setting. Did you mean rate?'],
  ],
  ['{ kind: line, settings: { depth: 1 } }', ['engine.settings.depth: not a known setting. Allowed: rate.']],
  ['{ settings: { rate: 1 } }', ['engine.settings.rate: not a known setting. Allowed: eta, depth.']],
  ['{ settings: { dept: 1 } }', ['engine.settings.dept: not a known setting. Did you mean depth?']],
  ['{ kind: lines }', ['engine.kind: found "lines"; allowed: trees, line. Did you mean line?']],
  ['{}', []],
])('of %s', (engine, expected) => {
  expect(problems(engine)).toEqual(expected);
});
