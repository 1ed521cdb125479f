import * as z from 'zod';
import { rollBackButton } from '#domain/slack/buttons';
import { composeMessage, type Message } from '#domain/slack/message';
import { count, duration } from '#domain/text/numbers';
import { championSchema, runPointerSchema } from '#schemas/records/run';
import { defineNotice, secondsBetween } from './notice.ts';

/** A new model is in service. */
export interface Deployed {
  readonly pipeline: string;
  readonly endpoint: string;
  readonly modelVersion: number;
  readonly runId: string;
  /** The endpoint configuration now live. */
  readonly config: string;
  readonly previousConfig?: string;
  readonly durationSeconds: number;
  /** Until when the button works, in ms since the epoch; without it there is none. */
  readonly buttonUntil?: number | undefined;
}

export function deployedMessage(deployed: Deployed): Message {
  return composeMessage({
    heading: `🚀 ${deployed.pipeline}: version ${count(deployed.modelVersion)} is live`,
    summary: [
      'Endpoint ',
      { code: deployed.endpoint },
      ` serves it; the rollout took ${duration(deployed.durationSeconds * 1000)}.`,
    ],
    facts: [
      ['Configuration', { code: deployed.config }],
      ...(deployed.previousConfig === undefined ? [] : [['Before', { code: deployed.previousConfig }] as const]),
    ],
    footer: [['Run ', { code: deployed.runId }]],
    // nothing served before version 1
    ...(deployed.buttonUntil === undefined || deployed.modelVersion === 1
      ? {}
      : {
          actions: rollBackButton({
            pipeline: deployed.pipeline,
            version: deployed.modelVersion,
            expires: deployed.buttonUntil,
          }),
        }),
  });
}

export const deployed = defineNotice({
  name: 'deployed',
  summary: 'A new model takes traffic.',
  event: {
    run: runPointerSchema,
    endpointName: z.string(),
    modelPackageVersion: z.number().nullish(),
    decidedAt: z.string().nullish(),
    startedAt: z.string(),
    at: z.string(),
  },
  example: {
    run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' },
    endpointName: 'tidegate-dev-loan-default',
    modelPackageVersion: 8,
    decidedAt: '2026-01-31T10:39:58.000Z',
    startedAt: '2026-01-31T10:40:00.000Z',
    at: '2026-01-31T10:47:30.000Z',
  },
  address: ({ run, startedAt, modelPackageVersion: version, decidedAt: at }) => ({
    key: `${run.runId}#${startedAt}`,
    run,
    ...(version && at ? { decision: { version, at } } : {}),
  }),
  load: async ({ store, buttons }, { run }) => ({
    champion: championSchema.parse(await store.get(run.pipeline, 'champion')),
    buttonUntil: buttons?.(run.pipeline)?.expires,
  }),
  message: ({ run, endpointName, startedAt, at }, { champion, buttonUntil }) =>
    deployedMessage({
      ...run,
      endpoint: endpointName,
      modelVersion: champion.modelPackageVersion,
      config: champion.endpointConfigName,
      durationSeconds: secondsBetween(startedAt, at),
      buttonUntil,
    }),
});
