import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { NOTICES } from '#domain/notices/registry';
import { routeOf } from '#domain/notices/route';
import { notifySchema } from '#domain/notices/settings';
import { limits } from '#domain/slack/message';
import { outboxMetrics } from '#domain/slack/outbox-metrics';
import { keptMs, pauseSeconds } from '#domain/slack/refusal';
import { alarms } from '../../resources/alarms.ts';

const page = readFileSync('docs/slack.md', 'utf8').replaceAll('\n', ' ');
const lines = readFileSync('docs/slack.md', 'utf8').split('\n');

it('lists every notice with its severities and when it is sent', () => {
  const start = lines.indexOf('| notice | severity | when |') + 2;
  const rows = lines.slice(start, lines.indexOf('', start));
  expect(rows).toEqual(
    NOTICES.map(({ name, severities, summary }) => `| \`${name}\` | ${severities.join(', ')} | ${summary} |`),
  );
});

it('has examples that a pipeline takes, and that route as they say', () => {
  const examples = [...lines.join('\n').matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, yaml = '']) => (parse(yaml) as { notify: unknown }).notify,
  );
  const [plain, full] = examples.map((example) => notifySchema.parse(example).slack);
  expect(examples).toHaveLength(2);
  expect(routeOf(plain, '#default', { kind: 'drift', severity: 'critical' }).channel).toBe('#ml-loans');
  expect(routeOf(full, '#default', { kind: 'drift', severity: 'critical' })).toMatchObject({
    channel: '#ml-alerts',
    mentions: ['<!subteam^S012AB3CD>'],
  });
  expect(routeOf(full, '#default', { kind: 'run-started', severity: 'info' }).isQuiet).toBe(true);
});

it('says how long messages wait, and when the alarm rings', () => {
  expect(page).toContain(
    `again after ${[1, 2, 3].map((n) => pauseSeconds(n)).join(', ')} … seconds, at most ${pauseSeconds(1000)}`,
  );
  expect(page).toContain(`a message waited for ${keptMs / 86_400_000} days`);
  expect(page).toContain(outboxMetrics.givenUp);
  const { Properties } = alarms('prod', [], [])['MessagesWaitAlarm'] ?? {};
  expect(Properties).toMatchObject({ AlarmName: 'tidegate-prod-messages-wait', Threshold: 600 });
  expect(page).toContain('rings when one has waited for 10 minutes');
});

it('names the limits that messages keep to', () => {
  const { blocks, section, field, text } = limits;
  const words = (n: number) => n.toLocaleString('en-US');
  expect(page).toContain(
    `more than ${blocks} blocks, more than ${words(section)} characters in a section or more than ${words(field)} in a field`,
  );
  expect(page).toContain(`${words(text)} characters of text`);
});
