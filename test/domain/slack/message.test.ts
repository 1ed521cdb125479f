import { describe, expect, test } from 'vitest';
import { composeMessage, type Draft, limits } from '#domain/slack/message';

const sections = (draft: Omit<Draft, 'heading'>) =>
  composeMessage({ heading: 'h', ...draft }).blocks.flatMap((block) =>
    block.type === 'section' && 'text' in block ? [block.text.text] : [],
  );

describe('a message', () => {
  test('of a heading alone is that heading', () => {
    expect(composeMessage({ heading: 'a <b>' })).toEqual({
      text: 'a &lt;b&gt;',
      blocks: [{ type: 'header', text: { type: 'plain_text', text: 'a <b>', emoji: true } }],
    });
  });

  test('has each part in its block, and all of it as text', () => {
    const { text, blocks } = composeMessage({
      heading: 'h',
      summary: ['s ', { bold: 'b' }],
      facts: [
        ['name', 'value'],
        ['empty', ''],
      ],
      parts: [{ title: 'lines', lines: ['one', 'two'] }, { title: 'nothing', lines: [] }, { title: 'nor here' }],
      footer: ['small', ''],
    });
    expect(text).toBe('h\ns b\nname: value\nempty: \nlines:\none\ntwo\nsmall\n');
    expect(blocks.slice(1)).toEqual([
      { type: 'section', text: { type: 'mrkdwn', verbatim: true, text: 's *b*' } },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', verbatim: true, text: '*name*\nvalue' },
          { type: 'mrkdwn', verbatim: true, text: '*empty*\n–' },
        ],
      },
      { type: 'section', text: { type: 'mrkdwn', verbatim: true, text: '*lines*\none\ntwo' } },
      { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: 'small' }] },
    ]);
  });

  test('sets a table in columns as wide as their longest cell, the first to the left', () => {
    const table = {
      columns: ['name', 'n'],
      rows: [
        ['a', '1'],
        ['long name', '12.5'],
        ['`x`\n', ''],
      ],
    };
    expect(sections({ parts: [{ table }] })).toEqual(['```name          n\na             1\nlong name  12.5\n x```']);
    expect(composeMessage({ heading: 'h', parts: [{ title: 't', table }] }).text).toBe(
      'h\nt:\na: n 1\nlong name: n 12.5\n`x`\n',
    );
  });

  test('takes rows that are shorter or longer than the columns', () => {
    const table = { columns: ['name', 'n'], rows: [['a'], ['b', '1', 'extra'], []] };
    expect(sections({ parts: [{ table }] })).toEqual(['```name  n\na\nb     1  extra\n```']);
    expect(sections({ parts: [{ table: { columns: [], rows: [['a', 'b']] } }] })).toEqual(['```\na  b```']);
    expect(composeMessage({ heading: 'h', parts: [{ table }] }).text).toBe('h\na\nb: n 1, extra\n');
  });

  test('cuts cells to 28 characters, and lists 15 rows and lines', () => {
    const rows = Array.from({ length: 17 }, (_, i) => [`r${i}`, 'x'.repeat(40)]);
    const [table = ''] = sections({ parts: [{ table: { columns: ['a', 'b'], rows } }] });
    expect(table).toContain(`${'x'.repeat(27)}…`);
    expect(table).toContain('r14');
    expect(table).not.toContain('r15');
    expect(table).toContain('… and 2 more');
    const [list = ''] = sections({ parts: [{ lines: rows.map(([name = '']) => name) }] });
    expect(list).toContain('r14\n… and 2 more');
  });

  test('is as wide as the rows that are listed', () => {
    const rows = [...Array.from({ length: 15 }, () => ['a', '1']), ['b', 'x'.repeat(20)]];
    const [table = ''] = sections({ parts: [{ table: { columns: ['n', 'v'], rows } }] });
    expect(table.split('\n')[1]).toBe('a  1');
  });

  test('has ten facts and ten lines of small print a block', () => {
    const facts = Array.from({ length: 11 }, (_, i) => [`f${i}`, 'v'] as const);
    const footer = Array.from({ length: 11 }, (_, i) => `s${i}`);
    const { blocks } = composeMessage({ heading: 'h', facts, footer });
    expect(
      blocks.flatMap((b) => ('fields' in b ? [b.fields.length] : b.type === 'context' ? [b.elements.length] : [])),
    ).toEqual([10, 1, 10, 1]);
  });

  test('has at most 50 blocks, and a text cut between lines or before an entity', () => {
    const parts = Array.from({ length: 60 }, (_, i) => ({ lines: [`line ${i}`] }));
    const { blocks } = composeMessage({ heading: 'h', parts });
    expect(blocks).toHaveLength(limits.blocks);
    // the header and 48 lines are shown
    expect(JSON.stringify(blocks.at(-1))).toContain('… and 12 more, in the report');
    const { text } = composeMessage({ heading: 'h', summary: '&'.repeat(2000) });
    expect(text.length).toBeLessThanOrEqual(limits.text);
    expect(text).toMatch(/^h\n(&amp;)+…$/);
  });
});
