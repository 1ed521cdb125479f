import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, escapeMrkdwn, type Inline, toMrkdwn, toPlain } from '#domain/slack/rich-text';

describe('a line in mrkdwn', () => {
  test.each<[string, Inline, string]>([
    ['plain text is escaped', '<!channel> & co', '&lt;!channel&gt; &amp; co'],
    ['code keeps to one line and has no back-ticks of its own', { code: 'a\n`b`' }, "`a 'b'`"],
    ['empty code is nothing', { code: ' ' }, ''],
    ['bold has no asterisks of its own', { bold: ' a*b ' }, '*a∗b*'],
    ['a user is told', { user: 'U0ALICE' }, '<@U0ALICE>'],
    ['no other text becomes a mention', { user: '!channel><' }, '!channel&gt;&lt;'],
    ['empty bold is nothing', { bold: '  ' }, ''],
    [
      'a link has its label',
      { link: { url: 'https://example.com/a|b?c=1&d=2', label: 'x|y' } },
      '<https://example.com/a%7Cb?c=1&amp;d=2|x¦y>',
    ],
    [
      'a link without a label says what it is',
      { link: { url: 'https://example.com/', label: '' } },
      '<https://example.com/|link>',
    ],
    ['what is no web address is no link', { link: { url: 'javascript:alert(1)', label: 'click' } }, 'click'],
    ['what is no address at all neither', { link: { url: 'not an address', label: 'here' } }, 'here'],
  ])('%s', (_, inline, mrkdwn) => {
    expect(toMrkdwn(inline, 200)).toBe(mrkdwn);
  });

  test('a link for which there is no room is its label', () => {
    expect(toMrkdwn({ link: { url: `https://example.com/${'a'.repeat(50)}`, label: 'label' } }, 20)).toBe('label');
    const link = { url: 'https://example.com/', label: 'l' };
    const whole = `<${link.url}|l>`;
    expect(toMrkdwn({ link }, whole.length)).toBe(whole);
    expect(toMrkdwn({ link }, whole.length - 1)).toBe('l');
  });

  test('never grows beyond its room, whatever the pieces', () => {
    const words = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('&<>', '*', '`', '😀😀'));
    const inline = fc.oneof<fc.Arbitrary<Inline>[]>(
      words,
      words.map((code) => ({ code })),
      words.map((bold) => ({ bold })),
      fc.tuple(fc.webUrl(), words).map(([url, label]) => ({ link: { url, label } })),
    );
    fc.assert(
      fc.property(fc.array(inline), fc.integer({ min: 10, max: 80 }), (line, max) => {
        expect(toMrkdwn(line, max).length).toBeLessThanOrEqual(max);
        expect(toPlain(line)).not.toMatch(/[<>]/);
      }),
    );
  });
});

test('clipping leaves an ellipsis as long as one character fits', () => {
  expect([0, 1, 2, 3].map((max) => clip('abc', max))).toEqual(['', '…', 'a…', 'abc']);
  expect(clip('', 0)).toBe('');
});

test('clipping cuts between characters, not within one or within an entity', () => {
  expect(clip('😀😀', 3)).toBe('😀…');
  expect(clip('a&b', 5, escapeMrkdwn)).toBe('a…');
  expect(clip('abc', 3)).toBe('abc');
  expect(clip('abc', 0)).toBe('');
});
