import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkBlocks } from '#cli/slack-page/block-kit';
import { withCount, withMentions, withNote, withoutLayout } from '#domain/notices/additions';
import { composeMessage } from '#domain/slack/message';

const message = composeMessage({ heading: 'h', summary: 's' });

it('mentions people before the message', () => {
  const mentioned = withMentions(message, ['<@U012AB3CD>', '<!subteam^S012AB3CD>']);
  expect(mentioned.text).toBe('<@U012AB3CD> <!subteam^S012AB3CD>\nh\ns');
  expect(mentioned.blocks[0]).toEqual({
    type: 'section',
    text: { type: 'mrkdwn', text: '<@U012AB3CD> <!subteam^S012AB3CD>' },
  });
  expect(withMentions(message, [])).toBe(message);
});

it.each([
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [21, '21st'],
  [113, '113th'],
  [1001, '1,001st'],
])('says that it is said for the %s. time', (times, words) => {
  expect(withCount(message, times, '2026-01-02T10:00:00.000Z').text).toBe(
    `The ${words} time since 2026-01-02 10:00 UTC.\nh\ns`,
  );
});

it('a note can mention nobody', () => {
  const { text, blocks } = withNote(message, '<!here> & all');
  expect(text).toContain('&lt;!here&gt; &amp; all');
  expect(JSON.stringify(blocks[0])).toContain('&lt;!here&gt; &amp; all');
});

it('keeps within the limits of Block Kit whatever is added, and loses nothing silently', () => {
  const line = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ minLength: 2000, maxLength: 5000 }));
  const draft = fc.record({
    heading: fc.string({ minLength: 1 }),
    parts: fc.array(fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 3 }) }), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(draft, fc.string({ minLength: 1, maxLength: 4000 }), (content, note) => {
      const composed = composeMessage(content);
      for (const added of [
        withNote(composed, note),
        withoutLayout(composed, note),
        withMentions(composed, ['<@U01>']),
      ]) {
        expect(checkBlocks(added.blocks)).toEqual([]);
        expect(added.text).toContain(composed.text);
        expect(added.text.length).toBeLessThan(40_000);
      }
      const { blocks } = withNote(composed, note);
      if (composed.blocks.length + 1 > 50) expect(JSON.stringify(blocks.at(-1))).toMatch(/… and \d+ more/);
    }),
    { numRuns: 60 },
  );
});

it('shows the whole text of a message whose layout is refused', () => {
  const lines = Array.from({ length: 14 }, (_, i) => `line ${i} ${'x'.repeat(200)}`);
  const plain = withoutLayout(composeMessage({ heading: 'h', parts: [{ lines }] }), 'because');
  const shown = JSON.stringify(plain.blocks);
  for (const line of lines) expect(shown).toContain(line);
  expect(checkBlocks(plain.blocks)).toEqual([]);
});
