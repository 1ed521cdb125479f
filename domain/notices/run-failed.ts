import type { DataQualityError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { composeMessage, type Message } from '#domain/slack/message';
import { runFailureSchema } from '#schemas/records/run-failure';
import { defineNotice } from './notice.ts';

/** A run failed. The drop is unchanged. */
export interface RunFailed {
  readonly pipeline?: string | undefined;
  readonly runId?: string | undefined;
  /** The failed state of the machine. */
  readonly state?: string | undefined;
  /** Name of the error that the state machines match. */
  readonly error: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly dropKept: true;
  readonly drop?: string | undefined;
  /** Web address of the report of the data, if there is one. */
  readonly reportUrl?: string | undefined;
}

export function runFailedMessage(run: RunFailed): Message {
  return composeMessage({
    heading: `❌ ${run.pipeline ?? 'A drop'}: the run failed`,
    summary: run.message,
    facts: [
      ['Error', { code: run.error }],
      ...(run.state === undefined ? [] : [['At', { code: run.state }] as const]),
      ...(run.fix === undefined ? [] : [['What to do', run.fix] as const]),
    ],
    footer: [
      ...(run.runId === undefined ? [] : [['Run ', { code: run.runId }]]),
      run.drop === undefined ? 'The drop is untouched.' : ['The drop is untouched: ', { code: run.drop }],
      ...(run.reportUrl === undefined ? [] : [{ link: { url: run.reportUrl, label: 'Report of the data' } }]),
    ],
  });
}

/** The name of the error of a drop that cannot be used. */
const dataQuality: DataQualityError['name'] = 'DataQualityError';

export const runFailed = defineNotice({
  name: 'run-failed',
  summary: 'A run ended in an error.',
  severity: 'critical',
  event: { failure: runFailureSchema },
  example: {
    failure: {
      error: 'SchemaMismatchError',
      message: 'column income is missing',
      executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retrain:e1',
      pipeline: 'loan-default',
      drop: 'loan-default/2026-01-31/',
    },
  },
  address: ({ failure: { executionArn, pipeline, runId } }) => ({
    key: executionArn,
    pipeline,
    run: pipeline !== undefined && runId !== undefined ? { pipeline, runId } : undefined,
  }),
  // a drop is judged by its constraints and its quality after the report of its data is written
  load: async ({ link }, { failure: { error, pipeline, runId } }) =>
    error === dataQuality && pipeline !== undefined && runId !== undefined
      ? { reportUrl: link(artifactKeys({ pipeline, runId }).report) }
      : {},
  message: ({ failure: { executionArn: _, ...failure } }, loaded) =>
    runFailedMessage({ ...failure, ...loaded, dropKept: true }),
});
