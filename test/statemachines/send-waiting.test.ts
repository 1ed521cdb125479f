import { runDefinition } from 'embedded-cloud/asl';
import { expect, it } from 'vitest';
import { sendWaitingSchema } from '#schemas/events/send-waiting';
import { loadMachine } from './load-machine.ts';

type Answer = { readonly error: string; readonly cause: string } | object;
async function run(...answers: Answer[]) {
  const asked: unknown[] = [];
  const { status, output } = await runDefinition({
    definition: loadMachine('send-waiting'),
    input: {},
    tasks: ({ arguments: args }) => {
      asked.push(sendWaitingSchema.parse(args));
      const answer = answers[asked.length - 1] ?? {};
      if ('error' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, asked };
}
const waits = (seconds: number) => ({ decision: 'wait', seconds, sent: 0, waiting: 2 });
const done = { decision: 'done', seconds: 0, sent: 2, waiting: 0 };

it('looks again after each pause until nothing waits', async () => {
  const { status, output, asked } = await run(waits(5), waits(10), done);

  expect(status).toBe('SUCCEEDED');
  expect(output).toEqual(done);
  expect(asked).toHaveLength(3);
});

it('goes on after what is temporary', async () => {
  const temporary = { error: 'TransientError', cause: 'throttled' };
  const { status, asked } = await run(temporary, temporary, waits(5), temporary, done);

  expect(status).toBe('SUCCEEDED');
  expect(asked).toHaveLength(5);
});

it('outlasts the time that a message is kept, within the events that an execution may have', () => {
  const { TimeoutSeconds } = loadMachine('send-waiting');
  expect(TimeoutSeconds).toBeGreaterThan(7 * 86_400);
  // a look and its pause are nine events; the longest pause is ten minutes
  expect((TimeoutSeconds / 600) * 9).toBeLessThan(25_000);
});
