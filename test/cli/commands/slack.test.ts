import { expect, it } from 'vitest';
import { plainText } from '../../../cli/commands/slack.ts';

it('shows links and signs as people read them, not as Slack escapes them', () => {
  expect(plainText('http://127.0.0.1/o?region=x&amp;prefix=a%2Fb\nauc &lt; 0.7, &amp;lt;')).toBe(
    'http://127.0.0.1/o?region=x&prefix=a%2Fb\nauc < 0.7, &lt;',
  );
});
