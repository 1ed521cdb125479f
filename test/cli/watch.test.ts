import { stripVTControlCharacters } from 'node:util';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, it, vi } from 'vitest';
import { watchExecution } from '../../cli/watch.ts';

afterEach(() => vi.restoreAllMocks());

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const submitted = (id: number, resource: string, output: object): HistoryEvent => ({
  id,
  timestamp: at(id),
  type: 'TaskSubmitted',
  taskSubmittedEventDetails: { resourceType: 'sagemaker', resource, output: JSON.stringify(output) },
});

it('names the tuning job that a run waits for, while it waits', async () => {
  const mock = mockClient(SFNClient);
  mock.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', output: '{}' });
  const arn = 'arn:aws:sagemaker:eu-central-1:123456789012:hyper-parameter-tuning-job/tidegate-dev-loan-0a1b2c3d4e';
  mock.on(GetExecutionHistoryCommand).resolves({
    events: [
      { id: 1, timestamp: at(1), type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'TuneModel' } },
      submitted(2, 'createHyperParameterTuningJob.sync', { HyperParameterTuningJobArn: arn }),
      { id: 3, timestamp: at(61), type: 'TaskStateExited', stateExitedEventDetails: { name: 'TuneModel' } },
    ],
  });
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(
    (text) => lines.push(stripVTControlCharacters(String(text)).trim()) > 0,
  );

  const ended = await watchExecution(new SFNClient({}), 'arn:aws:states:eu-central-1:123456789012:execution:m:e');
  vi.restoreAllMocks();

  expect(ended).toEqual({ status: 'SUCCEEDED', output: {} });
  expect(lines).toEqual(['▸ tuning job tidegate-dev-loan-0a1b2c3d4e', expect.stringMatching(/^✓ TuneModel/)]);
});
