import { describe, expect, it } from 'vitest';
import { NOTICE_NAMES } from '#domain/notices/names';
import { NOTICES } from '#domain/notices/registry';
import { routeOf } from '#domain/notices/route';
import { notifySchema } from '#domain/notices/settings';
import { isWorse, SEVERITIES } from '#domain/notices/severity';

const problems = (slack: unknown): string[] => {
  const issues = notifySchema.safeParse({ slack }).error?.issues ?? [];
  const all = (issue: (typeof issues)[number]): string[] =>
    issue.code === 'invalid_union'
      ? issue.errors.flat().flatMap((inner) => all(inner as (typeof issues)[number]))
      : [`${issue.path.join('.')}: ${issue.message}`];
  return issues.flatMap(all);
};

it('messages need no channel', () => {
  expect(notifySchema.parse(undefined)).toEqual({});
});

it.each([
  ['#ml-churn', true],
  ['ml-churn', false],
  ['#ML', false],
  ['#', false],
  [`#${'a'.repeat(79)}`, true],
  [`#${'a'.repeat(80)}`, false],
])('the channel %s is accepted: %s', (slack, accepted) => {
  expect(notifySchema.safeParse({ slack }).success).toBe(accepted);
  expect(notifySchema.safeParse({ slack: { channel: slack } }).success).toBe(accepted);
});

it.each([
  ['<@U012AB3CD>', true],
  ['<@W012AB3CD>', true],
  ['<!subteam^S012AB3CD>', true],
  [['<@U012AB3CD>', '<!subteam^S012AB3CD>'], true],
  ['@ml-oncall', false],
  ['<!here>', false],
  ['<!channel>', false],
  ['<@U012AB3CD> and more', false],
  [[], false],
])('the mention %j is accepted: %s', (mention, accepted) => {
  expect(notifySchema.safeParse({ slack: { mention } }).success).toBe(accepted);
});

it('says what is wrong with each setting', () => {
  expect(problems({ mention: '@ml-oncall' }).join()).toContain('Copy group ID');
  expect(problems({ quiet: ['party'] }).join()).toContain('run-started');
  expect(problems({ quiet: ['drift', 'drift'] })).toContain('slack.quiet: drift is listed twice: once is enough');
  expect(problems({ channels: { critcal: '#ml' } }).join()).toContain('critcal');
});

it('a pipeline may quiet every notice by its name', () => {
  expect(NOTICE_NAMES).toEqual(NOTICES.map(({ name }) => name));
  expect(notifySchema.safeParse({ slack: { quiet: [...NOTICE_NAMES] } }).success).toBe(true);
});

describe('the route of a message', () => {
  const slack = {
    channel: '#ml',
    channels: { critical: '#ml-alerts' },
    mention: '<!subteam^S012AB3CD>',
    quiet: ['run-started', 'run-failed'],
  } as const;
  const settings = notifySchema.parse({ slack }).slack;

  it('is the default channel without settings, or the one that is named', () => {
    const own = { thread: '', mentions: [], isQuiet: false };
    const drift = { kind: 'drift', severity: 'critical' } as const;
    expect(routeOf(undefined, '#default', drift)).toEqual({ channel: '#default', ...own });
    expect(routeOf('#ml', '#default', drift)).toEqual({ channel: '#ml', ...own });
  });

  it.each([
    ['info', '#ml', '', []],
    ['warning', '#ml', '', []],
    ['critical', '#ml-alerts', '@#ml-alerts', ['<!subteam^S012AB3CD>']],
  ] as const)(
    'of severity %s is its channel, with threads of its own and mentions',
    (severity, channel, thread, mentions) => {
      expect(routeOf(settings, '#default', { kind: 'drift', severity })).toEqual({
        channel,
        thread,
        mentions,
        isQuiet: false,
      });
    },
  );

  it('is none for a quiet notice, unless it is critical', () => {
    expect(routeOf(settings, '#default', { kind: 'run-started', severity: 'info' }).isQuiet).toBe(true);
    expect(routeOf(settings, '#default', { kind: 'run-failed', severity: 'critical' }).isQuiet).toBe(false);
  });

  it('mentions several', () => {
    const mention = ['<@U012AB3CD>', '<@U034EF5GH>'];
    const { mentions } = routeOf({ mention }, '#ml', { kind: 'drift', severity: 'critical' });
    expect(mentions).toEqual(mention);
  });
});

it('severities rise', () => {
  expect(SEVERITIES.map((severity) => isWorse(severity, 'warning'))).toEqual([false, false, true]);
});
