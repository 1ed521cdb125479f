import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonSchemaOf, settingsOf, shownBy } from '../../../scripts/reference/settings.ts';
import { inWords, sentence } from '../../../scripts/reference/words.ts';
import { exampleYaml, flow } from '../../../scripts/reference/yaml.ts';

describe('what may be written, in words', () => {
  it.each([
    [z.enum(['a', 'b', 'c']), 'one of `a`, `b` or `c`'],
    [z.literal(true), 'always `true`'],
    [z.boolean(), '`true` or `false`'],
    [z.string(), 'text'],
    [z.string().length(1), 'one character'],
    [z.string().max(500), 'text of at most 500 characters'],
    [z.int(), 'a whole number'],
    [z.int().min(1).max(20), 'a whole number from 1 to 20'],
    [z.number().gt(0).lt(1), 'a number above 0 and below 1'],
    [z.number().min(0), 'a number of at least 0'],
    [z.number().positive().max(1), 'a number above 0 and at most 1'],
    [z.array(z.string()).min(2).max(9), 'a list of texts (at least 2 and at most 9)'],
    [z.array(z.enum(['x', 'y'])), 'a list of `x` or `y`'],
    [
      z.union([z.enum(['a', 'b']), z.number(), z.literal(false), z.object({ value: z.string() })]),
      '`a`, `b`, a number, `false` or `{ value: text }`',
    ],
    [z.tuple([z.number(), z.number()]), 'a list of 2 numbers'],
  ])('%#: %s', (schema, words) => {
    expect(inWords(jsonSchemaOf(schema))).toBe(words);
  });

  it('refuses a schema it has no words for', () => {
    expect(() => inWords({ type: 'null' })).toThrow('no words');
  });

  it('makes a sentence of a phrase, and leaves a sentence', () => {
    expect(sentence('a number')).toBe('A number.');
    expect(sentence('Is it?')).toBe('Is it?');
  });
});

describe('the settings of a schema', () => {
  const schema = jsonSchemaOf(
    z.object({
      name: z.string(),
      box: z
        .object({ width: z.int().default(3), label: z.string().optional() })
        .prefault({})
        .meta({ examples: [{ width: 4 }] }),
      start: z.union([z.object({ at: z.string() }), z.object({ after: z.int() })]).optional(),
      gates: z.array(z.object({})),
    }),
  );
  const settings = settingsOf(schema, new Map([['gates', 'a list of gates']]));

  it('are listed with mappings before what they hold, and what is described elsewhere as one', () => {
    expect(settings.map(({ path, words }) => [path.join('.'), words])).toEqual([
      ['name', 'text'],
      ['box', undefined],
      ['box.width', 'a whole number'],
      ['box.label', 'text'],
      ['start', undefined],
      ['start.at', 'text'],
      ['start.after', 'a whole number'],
      ['gates', 'a list of gates'],
    ]);
  });

  it('say whether they are required, and which belong to alternatives', () => {
    const flags = (name: string) => {
      const { required, alternative } = settings.find(({ path }) => path.join('.') === name) ?? {};
      return { required, alternative };
    };
    expect(flags('name')).toEqual({ required: true, alternative: false });
    expect(flags('box.width')).toEqual({ required: false, alternative: false });
    expect(flags('start.at')).toEqual({ required: false, alternative: true });
  });

  it('are shown by the example of the mapping around them, where that sets them', () => {
    const shown = (name: string) =>
      shownBy(settings.find(({ path }) => path.join('.') === name) as never, settings)?.path.join('.');
    expect(shown('box.width')).toBe('box');
    expect(shown('box.label')).toBeUndefined();
    expect(shown('name')).toBeUndefined();
  });
});

describe('an example in YAML', () => {
  it('quotes what would be misread', () => {
    expect(flow(['yes', ';', '\t', '1', 'a b', '', 'plain', '#x'])).toBe(
      `['yes', ';', "\\t", '1', a b, '', plain, '#x']`,
    );
  });

  it('stands at its path, with other values as comments', () => {
    expect(exampleYaml(['dataset', 'csv', 'trim'], [true, false])).toBe(
      'dataset:\n  csv:\n    trim: true\n    # or trim: false',
    );
  });

  it('has a line for each key where one line is too long', () => {
    const value = { first: 'a'.repeat(50), second: { third: 'b'.repeat(50) } };
    expect(exampleYaml(['x'], [value])).toBe(`x:\n  first: ${'a'.repeat(50)}\n  second: { third: ${'b'.repeat(50)} }`);
  });
});
