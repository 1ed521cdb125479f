import * as z from 'zod';
import { composeMessage, type Message } from '#domain/slack/message';
import { count, duration } from '#domain/text/numbers';
import { runPointerSchema } from '#schemas/records/run';
import { defineNotice, secondsBetween } from './notice.ts';
import { runFailedMessage } from './run-failed.ts';
import { type Update, updateParts } from './update-card.ts';
import { loadUpdateFacts, testCountsSchema } from './update-facts.ts';

/** A deployment was rolled back from `config` to `previousConfig`. */
export interface RolledBack extends Update {
  readonly endpoint: string;
  readonly durationSeconds: number;
  readonly config: string;
  readonly previousConfig?: string;
  readonly reason: string;
  /** The version in service, where it is known. */
  readonly servingVersion?: number;
  /** Whether a person wanted to go back to this version: its deployment was a roll-back itself. */
  readonly wasRollBack?: boolean;
}

export function rolledBackMessage(back: RolledBack): Message {
  const { servingVersion, previousConfig, version } = back;
  const { facts, parts, footer } = updateParts(back);
  return composeMessage({
    heading: back.wasRollBack
      ? `↩️ ${back.pipeline}: going back to version ${count(version)} failed`
      : `↩️ ${back.pipeline}: version ${count(version)} was rolled back`,
    summary: [
      'Endpoint ',
      { code: back.endpoint },
      ` failed after ${duration(back.durationSeconds * 1000)}: ${back.reason}`,
    ],
    facts: [
      ['Tried', { code: back.config }],
      [
        'In service',
        previousConfig === undefined
          ? 'nothing: there was no earlier model'
          : [...(servingVersion === undefined ? [] : [`version ${count(servingVersion)}, `]), { code: previousConfig }],
      ],
      ...facts,
    ],
    parts,
    footer,
  });
}

export const rolledBack = defineNotice({
  name: 'rolled-back',
  summary: 'A rollout was undone, or a deployment could not begin.',
  severity: 'critical',
  event: {
    executionArn: z.string(),
    failure: z.object({
      reason: z.string(),
      pipeline: z.string().nullish(),
      run: runPointerSchema.nullish(),
      endpointName: z.string().nullish(),
      endpointConfigName: z.string().nullish(),
      servingConfig: z.string().nullish(),
      servingVersion: z.number().nullish(),
      decidedAt: z.string().nullish(),
    }),
    modelPackageVersion: z.number().nullish(),
    tests: testCountsSchema.nullish(),
    wasRollBack: z.boolean().optional(),
    startedAt: z.string(),
    at: z.string(),
  },
  example: {
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-deploy:e1',
    failure: {
      reason: '1 of 3 tests failed',
      run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' },
      endpointName: 'tidegate-dev-loan-default',
      endpointConfigName: 'tidegate-dev-loan-default-20260131-101500-4f2a',
      servingConfig: 'tidegate-dev-loan-default-20260124-101500-91c7',
    },
    modelPackageVersion: 8,
    startedAt: '2026-01-31T10:40:00.000Z',
    at: '2026-01-31T10:47:30.000Z',
  },
  address: ({ executionArn, modelPackageVersion: version, failure: { run, pipeline, decidedAt: at } }) => ({
    key: executionArn,
    run,
    pipeline,
    ...(version && at ? { decision: { version, at } } : {}),
  }),
  async load(ports, { failure: { run, endpointName, decidedAt }, modelPackageVersion }) {
    if (!run || !endpointName) return undefined;
    const decided = { version: modelPackageVersion ?? undefined, decidedAt: decidedAt ?? undefined };
    return await loadUpdateFacts(ports, run, endpointName, decided);
  },
  message({ failure, modelPackageVersion, tests, wasRollBack = false, startedAt, at }, facts, stage) {
    const { reason, pipeline, run, endpointName, endpointConfigName, servingConfig, servingVersion } = failure;
    if (!run || !endpointName || !endpointConfigName || facts === undefined) {
      return runFailedMessage({
        ...(pipeline ? { pipeline } : {}),
        state: 'PrepareDeployment',
        error: 'DeploymentError',
        message: reason,
        dropKept: true,
      });
    }
    return rolledBackMessage({
      ...run,
      stage,
      reason,
      facts,
      tests: tests ?? undefined,
      isLive: false,
      endpoint: endpointName,
      version: modelPackageVersion ?? 0,
      config: endpointConfigName,
      ...(servingConfig ? { previousConfig: servingConfig } : {}),
      ...(servingVersion ? { servingVersion } : {}),
      wasRollBack,
      durationSeconds: secondsBetween(startedAt, at),
    });
  },
});
