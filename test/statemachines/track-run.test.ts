import { runDefinition } from 'embedded-cloud/asl';
import { expect, it } from 'vitest';
import { trackRunSchema } from '#schemas/events/track-run';
import { loadMachine } from './load-machine.ts';

const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retrain:x';
const event = (more: object = {}) => ({
  detail: {
    executionArn,
    status: 'SUCCEEDED',
    stopDate: 1_767_225_600_123,
    input: '{"pipeline":"loan-default"}',
    output: '{"run":{"pipeline":"loan-default","runId":"r1"},"outcome":"registered"}',
    ...more,
  },
});

type Answer = { readonly error: string; readonly cause: string } | object;
async function track(input: unknown, ...answers: Answer[]) {
  const asked: unknown[] = [];
  const { status, output } = await runDefinition({
    definition: loadMachine('track-run'),
    input,
    tasks: ({ arguments: args }) => {
      asked.push(trackRunSchema.parse(args));
      const answer = answers[asked.length - 1] ?? { tracked: true };
      if ('error' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, asked };
}

it('hands on which execution ended when, with its input and output', async () => {
  const { status, asked } = await track(event());

  expect(status).toBe('SUCCEEDED');
  expect(asked).toEqual([
    {
      executionArn,
      trackedBy: expect.stringContaining('arn:'),
      endedAt: '2026-01-01T00:00:00.123Z',
      input: { pipeline: 'loan-default' },
      output: { run: { pipeline: 'loan-default', runId: 'r1' }, outcome: 'registered' },
    },
  ]);
});

it('does without an output, or an input that is too large for an event', async () => {
  const { asked } = await track(event({ status: 'FAILED', output: null, input: null }));

  expect(asked).toMatchObject([{ input: null, output: null }]);
});

it('waits for a tracker that is down, for a week, and for another execution', async () => {
  const down = { error: 'TrackingUnavailableError', cause: 'down' };
  const { status, asked } = await track(event(), ...Array.from({ length: 300 }, () => down), {
    error: 'TrackingBusyError',
    cause: 'another one',
  });

  expect(status).toBe('SUCCEEDED');
  expect(asked).toHaveLength(302);
  const { TimeoutSeconds } = loadMachine('track-run');
  // the pauses of the policy come to half of 340 hours on average
  expect(TimeoutSeconds).toBeGreaterThan(340 * 3600 * 0.9);
});

it('ends with what the tracker refuses: that does not pass', async () => {
  const { status, asked } = await track(event(), { error: 'TrackingRejectedError', cause: 'refused' });

  expect(status).toBe('FAILED');
  expect(asked).toHaveLength(1);
});
