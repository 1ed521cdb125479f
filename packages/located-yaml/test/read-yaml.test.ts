import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { pathText, problemsText, readYaml } from '../src/located-yaml.ts';

const schema = z.strictObject({
  retries: z.int().min(0).max(9),
  mode: z.enum(['fast', 'safe']),
  steps: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('copy'), from: z.string() }),
        z.strictObject({ kind: z.literal('wait'), seconds: z.number() }),
      ]),
    )
    .default([]),
});
const problems = (text: string): string[] => {
  const read = readYaml(text, schema, 'the file is empty');
  return 'problems' in read ? read.problems.map(({ line, column, text: said }) => `${line}:${column} ${said}`) : [];
};

describe('a valid file', () => {
  test('gives its data, with defaults, and the place of any path', () => {
    const read = readYaml('retries: 3\nmode: fast\n', schema, 'the file is empty');
    if (!('data' in read)) throw new Error('it was refused');
    expect(read.data).toEqual({ retries: 3, mode: 'fast', steps: [] });
    expect(read.at(['mode'])).toEqual({ line: 2, column: 7 });
    // A path that does not exist is placed at its nearest parent.
    expect(read.at(['steps', 0, 'from'])).toEqual({ line: 1, column: 1 });
  });
});

describe('problems', () => {
  test.each([
    ['retries: 3\nmode: fats\n', '2:7 mode: found "fats"; allowed: fast, safe. Did you mean fast?'],
    ['retries: 12\nmode: fast\n', '1:10 retries: found 12; must be at most 9.'],
    ['retries: many\nmode: fast\n', '1:10 retries: found "many"; expected a number.'],
    ['retries: 1\nmode: fast\nretrys: 2\n', '3:1 retrys: not a known setting. Did you mean retries?'],
    ['retries: 1\nmode: fast\nother: 2\n', '3:1 other: not a known setting. Allowed: retries, mode, steps.'],
    ['retries: 1\n', '1:1 mode: missing; allowed: fast, safe.'],
    [
      'retries: 1\nmode: fast\nsteps:\n  - { kind: copi, from: a }\n',
      '4:13 steps[0].kind: found "copi"; allowed: copy, wait. Did you mean copy?',
    ],
    [
      'retries: 1\nmode: fast\nsteps:\n  - { kind: wait, seconds: soon }\n',
      '4:28 steps[0].seconds: found "soon"; expected a number.',
    ],
    ['', '1:1 the file is empty'],
    ['# nothing\n', '1:1 the file is empty'],
  ])('of %j are located and explained', (text, problem) => {
    expect(problems(text)).toContain(problem);
  });

  test('are all found at once', () => {
    expect(problems('retries: -1\nmode: slow\nx: 1\n')).toHaveLength(3);
  });

  test('of the syntax are located too', () => {
    expect(problems('retries: [1\nmode: fast\n')[0]).toMatch(/^\d+:\d+ not valid YAML: /);
    expect(problems('retries: 1\nretries: 2\nmode: fast\n')[0]).toMatch(/^2:1 not valid YAML: .*unique/);
  });
});

test('a list of problems is sorted by place and counted', () => {
  const [second, first] = [
    { line: 9, column: 1, text: 'b' },
    { line: 2, column: 5, text: 'a' },
  ];
  expect(problemsText('job.yml', [second, first])).toBe('job.yml has 2 problems:\n  job.yml:2:5 a\n  job.yml:9:1 b');
  expect(problemsText('job.yml', [first])).toBe('job.yml has one problem:\n  job.yml:2:5 a');
});

test('a path is written with dots and brackets', () => {
  expect(pathText(['steps', 1, 'from'])).toBe('steps[1].from');
  expect(pathText([])).toBe('');
});
