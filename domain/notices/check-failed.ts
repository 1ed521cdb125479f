import * as z from 'zod';
import { pipelineOfEndpoint } from '#domain/naming';
import { explainFailure } from '#domain/runs/failure';
import { composeMessage, type Message } from '#domain/slack/message';
import { caughtErrorSchema } from '#schemas/records/caught-error';
import { defineNotice } from './notice.ts';

/** A drift check failed or had no data, or an endpoint's tests could not run. */
export interface CheckFailed {
  readonly pipeline?: string;
  /** The tested endpoint; absent for a drift check. */
  readonly endpoint?: string;
  /** Name of the error that the state machines match. */
  readonly error: string;
  readonly message: string;
}

export const checkFailedMessage = ({ pipeline, endpoint, error, message }: CheckFailed): Message =>
  composeMessage({
    heading:
      endpoint === undefined
        ? `⚠️ ${pipeline ?? 'A pipeline'}: the drift check failed`
        : `⚠️ ${endpoint}: its tests could not run`,
    summary: message,
    facts: [['Error', { code: error }]],
    footer: ['The model keeps serving.'],
  });

export const checkFailed = defineNotice({
  name: 'check-failed',
  summary: 'A drift check could not be made, or the tests of an endpoint could not be run.',
  severity: 'warning',
  event: {
    pipeline: z.string().nullish(),
    endpointName: z.string().optional().describe('the tested endpoint; absent for a drift check'),
    executionArn: z.string(),
    error: caughtErrorSchema,
  },
  example: {
    pipeline: 'loan-default',
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-check-drift:e1',
    error: { Error: 'NotFoundError', Cause: '{"errorType":"NotFoundError","errorMessage":"no champion"}' },
  },
  address: (event, stage) => ({
    key: event.executionArn,
    pipeline: pipelineOf(event, stage),
    trouble: { name: `check-failed#${event.endpointName ?? 'drift'}#${explainFailure(event.error).error}` },
  }),
  message(event, _loaded, stage) {
    const pipeline = pipelineOf(event, stage);
    return checkFailedMessage({
      ...(pipeline ? { pipeline } : {}),
      ...(event.endpointName === undefined ? {} : { endpoint: event.endpointName }),
      ...explainFailure(event.error),
    });
  },
});

const pipelineOf = (
  {
    pipeline,
    endpointName,
  }: { readonly pipeline?: string | null | undefined; readonly endpointName?: string | undefined },
  stage: string,
): string | null | undefined => (endpointName === undefined ? pipeline : pipelineOfEndpoint(stage, endpointName));
