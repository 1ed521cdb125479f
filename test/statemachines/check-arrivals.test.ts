import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { claimCheckSchema } from '#schemas/events/claim-check';
import { loadMachine, taskName } from './load-machine.ts';

async function arrive(answers: Record<string, (attempt: number) => unknown>) {
  const result = await runDefinition({
    definition: loadMachine('check-arrivals'),
    input: { pipeline: 'loan', everySeconds: 600, key: 'loan/captures/a' },
    tasks: ({ resource, arguments: args, attempt }) => {
      if (taskName(resource) === 'ClaimCheck') claimCheckSchema.parse(args);
      const answer = answers[taskName(resource)]?.(attempt) ?? {};
      if (typeof answer === 'object' && 'error' in answer) throw answer;
      return answer;
    },
  });
  return { ...result, tasks: result.calls.map(({ resource }) => taskName(resource)) };
}

describe('the check-arrivals machine', () => {
  it('waits for more captures and starts a check, where it has the claim', async () => {
    const { status, calls, tasks } = await arrive({ ClaimCheck: () => ({ decision: 'wait', seconds: 600 }) });

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['ClaimCheck', 'states:startExecution']);
    expect(calls[1]?.arguments).toMatchObject({
      Input: { pipeline: 'loan' },
      Name: expect.stringMatching(/^captures-.{1,36}$/),
    });
  });

  it('ends where another capture has it', async () => {
    const { status, output, tasks } = await arrive({ ClaimCheck: () => ({ decision: 'claimed', reason: 'due' }) });

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['ClaimCheck']);
    expect(output).toEqual({ decision: 'claimed', reason: 'due' });
  });

  it('claims again when another claimed at the same moment', async () => {
    const passing = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"later"}' };
    const { status, tasks } = await arrive({
      ClaimCheck: (attempt) => (attempt === 0 ? passing : { decision: 'claimed', reason: 'due' }),
    });

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['ClaimCheck', 'ClaimCheck']);
  });

  it('fails where the claim cannot be made', async () => {
    const wrong = { error: 'ConfigurationError', cause: '{"errorType":"ConfigurationError","errorMessage":"wrong"}' };
    expect(await arrive({ ClaimCheck: () => wrong })).toMatchObject({ status: 'FAILED', error: 'ConfigurationError' });
  });
});
