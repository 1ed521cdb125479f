import * as z from 'zod';
import { rollBackButton } from '#domain/slack/buttons';
import { composeMessage, type Message } from '#domain/slack/message';
import { count, duration } from '#domain/text/numbers';
import { championSchema, runPointerSchema } from '#schemas/records/run';
import { defineNotice, secondsBetween } from './notice.ts';
import { type Update, updateDetails, updateParts } from './update-card.ts';
import { loadUpdateFacts, testCountsSchema } from './update-facts.ts';

/** A new model is in service. */
export interface Deployed extends Update {
  readonly endpoint: string;
  readonly durationSeconds: number;
  /** Until when the button works, in ms since the epoch; without it there is none. */
  readonly buttonUntil?: number | undefined;
}

export function deployedMessage(deployed: Deployed): Message {
  const { pipeline, version, endpoint, durationSeconds, buttonUntil } = deployed;
  return composeMessage({
    heading: `🚀 ${pipeline}: version ${count(version)} is live`,
    summary: ['Endpoint ', { code: endpoint }, ` serves it; the rollout took ${duration(durationSeconds * 1000)}.`],
    ...updateParts(deployed),
    // nothing served before version 1
    ...(buttonUntil === undefined || version === 1
      ? {}
      : { actions: rollBackButton({ pipeline, version, expires: buttonUntil }) }),
  });
}

const event = {
  run: runPointerSchema,
  endpointName: z.string(),
  modelPackageVersion: z.number().nullish(),
  decidedAt: z.string().nullish(),
  tests: testCountsSchema.nullish(),
  startedAt: z.string(),
  at: z.string(),
};

const deployedOf = (
  { run, endpointName, tests, startedAt, at }: z.output<z.ZodObject<typeof event>>,
  { version, facts, buttonUntil }: Pick<Deployed, 'version' | 'facts' | 'buttonUntil'>,
  stage: string,
): Deployed => ({
  ...run,
  stage,
  version,
  facts,
  tests: tests ?? undefined,
  isLive: true,
  endpoint: endpointName,
  durationSeconds: secondsBetween(startedAt, at),
  buttonUntil,
});

export const deployed = defineNotice({
  name: 'deployed',
  summary: 'A new model takes traffic: what changed, who approved it, its metrics, tests, traffic and cost.',
  severity: 'info',
  broadcast: true,
  event,
  example: {
    run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' },
    endpointName: 'tidegate-dev-loan-default',
    modelPackageVersion: 8,
    decidedAt: '2026-01-31T10:39:58.000Z',
    tests: { tests: 3, failed: 0 },
    startedAt: '2026-01-31T10:40:00.000Z',
    at: '2026-01-31T10:47:30.000Z',
  },
  address: ({ run, startedAt, modelPackageVersion: version, decidedAt: at }) => ({
    key: `${run.runId}#${startedAt}`,
    run,
    ...(version && at ? { decision: { version, at } } : {}),
  }),
  async load(ports, { run, endpointName, modelPackageVersion, decidedAt }) {
    const champion = await ports.store.get(run.pipeline, 'champion');
    const version = modelPackageVersion ?? championSchema.parse(champion).modelPackageVersion;
    const decided = { version, decidedAt: decidedAt ?? undefined };
    const facts = await loadUpdateFacts(ports, run, endpointName, decided);
    return { version, facts, buttonUntil: ports.buttons?.(run.pipeline)?.expires };
  },
  message: (notice, loaded, stage) => deployedMessage(deployedOf(notice, loaded, stage)),
  details: (notice, loaded, stage) => updateDetails(deployedOf(notice, loaded, stage)),
});
