import { describe, expect, it } from 'vitest';
import { NotFoundError } from '#domain/errors';
import { decisionMessage } from '#domain/notices/decision';
import { deployed, deployedMessage } from '#domain/notices/deployed';
import type { NoticePorts } from '#domain/notices/notice';
import { registered, registeredMessage } from '#domain/notices/registered';
import type { UpdateFacts } from '#domain/notices/update-facts';
import type { Message } from '#domain/slack/message';

const until = 1_770_000_000_000;
const actionsOf = ({ blocks }: Message): string[] =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements.map(({ action_id }) => action_id) : []));

const model = {
  ...{ pipeline: 'loan', runId: 'r3', modelPackageArn: 'arn', version: 3, howToApprove: 'npx tidegate approve r3' },
  approval: 'PendingManualApproval' as const,
};
const facts: UpdateFacts = {
  ...{ other: undefined, drop: undefined, changes: undefined, decision: undefined, evaluation: undefined },
  ...{
    claim: undefined,
    pinned: undefined,
    pricing: {},
    reportUrl: 'https://example.com/r',
    endpointUrl: 'https://example.com/e',
  },
};
const live = {
  ...{ pipeline: 'loan', stage: 'dev', endpoint: 'e', runId: 'r3', durationSeconds: 60, version: 3 },
  ...{ facts, tests: undefined, isLive: true },
};
const decided = { version: 3, at: '2026-01-31T10:00:00Z', changedAt: '2026-01-31T10:00:00Z' };

describe('a message asks by buttons', () => {
  it('while a version waits, where somebody may decide', () => {
    expect(actionsOf(registeredMessage({ ...model, buttonsUntil: until }))).toEqual(['approve', 'reject']);
    expect(actionsOf(registeredMessage(model))).toEqual([]);
    expect(actionsOf(registeredMessage({ ...model, approval: 'Approved', buttonsUntil: until }))).toEqual([]);
  });

  it('when a version waits again, and after no other decision', () => {
    const made = { pipeline: 'loan', stage: 'dev', servingVersion: undefined, buttonsUntil: until };
    for (const decision of ['approved', 'rejected', 'rolled-back', 'reopened'] as const) {
      const message = decisionMessage({ ...made, decided: { ...decided, decision, by: 'slack:U0ALICE' } });
      expect(actionsOf(message)).toEqual(decision === 'reopened' ? ['approve', 'reject'] : []);
      expect(JSON.stringify(message.blocks)).toContain('<@U0ALICE>');
    }
  });

  it('when a version is live, unless it is the first', () => {
    const message = deployedMessage({ ...live, buttonUntil: until });
    expect(actionsOf(message)).toEqual(['roll-back']);
    expect(message.asks).toEqual({ version: 3, about: 'roll-back' });
    expect(actionsOf(deployedMessage({ ...live, version: 1, buttonUntil: until }))).toEqual([]);
    expect(actionsOf(deployedMessage(live))).toEqual([]);
  });
});

it('a notice asks until when its ports say', async () => {
  const champion = {
    ...{ runId: 'r3', modelPackageArn: 'arn', modelPackageVersion: 3, modelName: 'm', endpointName: 'e' },
    ...{ endpointConfigName: 'c', promotedAt: '2026-01-31T10:00:00Z' },
  };
  const items: Record<string, object> = { champion, 'run#r3': { modelPackageVersion: 3, modelPackageArn: 'arn' } };
  const ports: NoticePorts = {
    artifacts: { readJson: () => Promise.reject(new NotFoundError('no record')) },
    store: { get: async (_, sk) => items[sk] as Readonly<Record<string, unknown>>, list: async () => [] },
    stage: 'dev',
    pricing: {},
    link: () => 'https://example.com',
    endpointLink: () => 'https://example.com',
    buttons: (pipeline) => (pipeline === 'loan' ? { expires: until } : undefined),
  };
  const run = { pipeline: 'loan', runId: 'r3' };
  const times = { startedAt: '2026-01-31T10:00:00Z', at: '2026-01-31T10:01:00Z' };

  const waiting = await registered.compose(ports, { kind: 'registered', run });
  const serving = await deployed.compose(ports, { kind: 'deployed', run, endpointName: 'e', ...times });
  const quiet = await registered.compose(ports, { kind: 'registered', run: { ...run, pipeline: 'other' } });

  expect(waiting.message.asks).toEqual({ version: 3, about: 'approval' });
  expect(serving.message.asks).toEqual({ version: 3, about: 'roll-back' });
  expect(quiet.message.asks).toBeUndefined();
});
