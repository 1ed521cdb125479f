import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { canonicalOf } from '#domain/values/canonical';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../fakes/data-run.ts';
import { readTexts } from '../fakes/values.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/values.md'), 'utf8');
const cells = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(' |')
    .map((cell) => cell.trim());
/** The rows of the table with this first line. */
const table = (head: string): string[][] => {
  const lines = page.split('\n');
  const start = lines.indexOf(head) + 2;
  return lines.slice(start, lines.indexOf('', start)).map(cells);
};
const code = (cell: string | undefined): string => /^`(.+)`$/.exec(cell ?? '')?.[1] ?? '';
const codes = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, own = '']) => own);
/** What a cell of the page says of a value that was read. */
const shown = (value: unknown, cell: string | undefined): string => {
  if (!String(value).startsWith('✗')) return typeof value === 'string' ? new Date(value).toISOString() : String(value);
  const reason = cell?.replace(/^malformed:? ?/, '') ?? '';
  return String(value).includes(reason) ? (cell ?? '') : String(value);
};
const expected = (cell: string | undefined): string =>
  /^\d{4}-/.test(cell ?? '') ? new Date(cell ?? '').toISOString() : (cell ?? '');

describe('docs/values.md', () => {
  test.each(table('| text | without a setting | with | is |'))(
    'number %s: %s, with %s %s',
    async (text, without, setting, is) => {
      const [plain] = await readTexts('number', [code(text)]);
      expect(shown(plain, without)).toBe(without);
      if (code(setting) === '') return;
      const [declared] = await readTexts('number', [code(text)], { numbers: parse(code(setting)) });
      expect(shown(declared, is)).toBe(is);
    },
  );

  test.each(table('| text | without a format |'))('date %s: %s', async (text, is) => {
    const [value] = await readTexts('datetime', [code(text)]);
    expect(shown(value, is)).toBe(expected(is));
  });

  test.each(table('| format | reads | as |'))('format %s reads %s as %s', async (format, text, is) => {
    const [value] = await readTexts('datetime', [code(text)], { format: parse(code(format)) });
    expect(shown(value, is)).toBe(expected(is));
  });

  test.each(table('| text | is the same as | and not as |'))('text %s is %s and not %s', (text, same, other) => {
    const form = canonicalOf(code(text));
    for (const own of codes(same)) expect([own, canonicalOf(own)]).toEqual([own, form]);
    for (const own of codes(other)) expect([own, canonicalOf(own)]).not.toEqual([own, form]);
  });

  test('has examples that are valid', () => {
    const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(
      ([, own = '']) => parse(own) as { dataset: Record<string, unknown> },
    );
    expect(examples).toHaveLength(3);
    for (const { dataset } of examples) expect(pipelineSchema.safeParse(smallPipeline(dataset)).error).toBeUndefined();
  });

  test('tells how true and false are spelt', async () => {
    const sentence = /^(`true`.*?are true), (.*?are false)/ms.exec(page);
    expect(new Set(await readTexts('boolean', codes(sentence?.[1])))).toEqual(new Set([true]));
    expect(new Set(await readTexts('boolean', codes(sentence?.[2])))).toEqual(new Set([false]));
  });
});
