import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fixOf, obstacleOf, pauseSeconds } from '#domain/slack/refusal';

it.each([
  ['channel_not_found', 'channel', /Create the channel/],
  ['is_archived', 'channel', /Unarchive/],
  ['invalid_blocks', 'content', /docs\.slack\.dev/],
  ['token_revoked', 'access', /Reinstall/],
  ['ratelimited', 'rate', /Nothing to do/],
  ['internal_error', 'outage', /docs\.slack\.dev/],
  ['an_error_of_tomorrow', 'access', /docs\.slack\.dev/],
  ['constructor', 'access', /docs\.slack\.dev/],
] as const)('%s is a matter of %s', (code, obstacle, fix) => {
  expect(obstacleOf(code)).toBe(obstacle);
  expect(fixOf(code)).toMatch(fix);
});

it('pauses grow from five seconds to ten minutes', () => {
  expect([1, 2, 3, 7, 8, 9, 500].map((n) => pauseSeconds(n))).toEqual([5, 10, 20, 320, 600, 600, 600]);
});

it('a pause is what Slack says, in whole seconds, an hour at most', () => {
  expect([30, 0, 1.2, 1e9].map((retryAfter) => pauseSeconds(4, retryAfter))).toEqual([30, 1, 2, 3600]);
  fc.assert(
    fc.property(fc.integer(), fc.option(fc.double({ noNaN: true }), { nil: undefined }), (attempts, retryAfter) => {
      const seconds = pauseSeconds(attempts, retryAfter);
      expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600).toBe(true);
    }),
  );
});
