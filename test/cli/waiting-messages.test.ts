import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WaitingMessage } from '#schemas/records/waiting-message';
import { printWaiting, waitingFinding } from '../../cli/waiting-messages.ts';

const printed: string[] = [];
beforeEach(() => {
  printed.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  vi.spyOn(console, 'log').mockImplementation((...texts: unknown[]) => void printed.push(texts.join(' ')));
});
afterEach(() => vi.restoreAllMocks());

const message = (own: Partial<WaitingMessage> = {}): WaitingMessage => ({
  sk: 'waiting#loan#2026-01-02T10:00:00.000Z#drift#1',
  pipeline: 'loan',
  key: 'drift#loan#1',
  outgoing: '{}',
  since: '2026-01-02T10:00:00.000Z',
  attempts: 3,
  obstacle: 'access',
  reason: 'Slack refused a message to #ml: token_revoked. Reinstall the Slack app.',
  notBefore: '2026-01-02T10:10:00.000Z',
  ...own,
});
const behind = message({
  attempts: 0,
  since: '2026-01-02T09:00:00.000Z',
  reason: 'It waits behind an earlier message.',
});

it('doctor says how many wait, since when, why and what to do', () => {
  expect(waitingFinding([])).toEqual({ what: 'Slack messages', state: 'ok', detail: 'none waits' });
  expect(waitingFinding([behind, message()])).toEqual({
    what: 'Slack messages',
    state: 'missing',
    detail: '2 messages wait since 2026-01-02 10:00 UTC',
    fix: 'Slack refused a message to #ml: token_revoked. Reinstall the Slack app. They are sent by themselves then, in order',
  });
  expect(waitingFinding([behind]).detail).toBe('1 message waits since 2026-01-02 09:00 UTC');
});

it('slack --waiting lists them', () => {
  printWaiting([]);
  expect(printed.join('')).toContain('No message waits for Slack.');
  const { notBefore: _, ...never } = behind;
  printWaiting([message(), never]);
  const text = printed.join('\n');
  expect(text).toContain('2 messages wait for Slack:');
  expect(text).toContain('loan  drift');
  expect(text).toContain('since 2026-01-02 10:00 UTC, refused 3 times, again at 2026-01-02 10:10 UTC');
  expect(text).toContain('refused 0 times');
  expect(text).toContain('token_revoked');
});
