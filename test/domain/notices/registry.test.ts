import { describe, expect, it } from 'vitest';
import { checkBlocks } from '#cli/slack-page/block-kit';
import type { NoticePorts } from '#domain/notices/notice';
import { composeNotice, NOTICES, noticeSchema } from '#domain/notices/registry';
import { artifactKeys } from '#domain/runs/layout';
import { challenge } from '../../cli/a-challenge.ts';
import { memoryState } from '../../fakes/memory-state.ts';
import { scoredBatch } from '../../fakes/scored-batch.ts';
import { championOf, packageArn } from '../../functions/support/stage.ts';
import { sampleReport } from '../reports/sample.ts';

const run = { pipeline: 'loan-default', runId: '20260131-101500-4f2a' };
const keys = artifactKeys(run);

async function ports(): Promise<NoticePorts> {
  const state = memoryState();
  await state.put(run.pipeline, 'champion', championOf(7, run.runId, '2026-01-31T11:00:00.000Z'));
  await state.put(run.pipeline, `run#${run.runId}`, { modelPackageArn: packageArn(8), modelPackageVersion: 8 });
  await state.put(run.pipeline, 'challenge', challenge({ pipeline: run.pipeline }));
  await state.put(
    run.pipeline,
    'batch#20260201-060000-1c2d',
    scoredBatch({ pipeline: run.pipeline, batchId: '20260201-060000-1c2d' }),
  );
  const { evaluation, verdict } = sampleReport('binary');
  const records: Record<string, unknown> = {
    [keys.evaluation]: evaluation,
    [keys.verdict]: verdict,
    [keys.drop]: {
      bucket: 'raw',
      prefix: 'loan-default/2026-01-31/',
      datasetVersion: 'd'.repeat(64),
      objects: [{ key: 'loan-default/2026-01-31/a.csv', size: 10, etag: 'e' }],
      bytes: 10,
      configHash: 'c',
      gitCommit: 'g',
      reason: 'drop',
      startedAt: '2026-01-31T10:15:00.000Z',
      executionArn: 'e1',
    },
  };
  await state.put(run.pipeline, 'decision#000008#2026-01-31T10:40:00.000Z#approved', {
    decision: 'approved',
    version: 8,
    at: '2026-01-31T10:40:00.000Z',
    changedAt: '2026-01-31T10:39:59.000Z',
  });
  return {
    artifacts: {
      readJson: async (key, schema) => schema.parse(records[key]),
    },
    store: state,
    stage: 'dev',
    pricing: {},
    link: (key) => `https://console/${key}`,
    endpointLink: (name) => `https://console/endpoints/${name}`,
  };
}

describe('the registry of notices', () => {
  it('has one kind a name', () => {
    expect(new Set(NOTICES.map(({ name }) => name)).size).toBe(NOTICES.length);
  });

  it.each(NOTICES)('has an example that becomes a message: $name', async ({ name, example }) => {
    const notice = noticeSchema.parse(example);
    expect(notice).toEqual(example);
    const { key, pipeline, message } = await composeNotice(await ports(), notice);
    expect(key).toMatch(new RegExp(`^${name}#.`));
    // Orphans belong to no deployed pipeline; costs and a clean-up are of all of them.
    expect(pipeline).toBe(['orphans', 'costs', 'cleaned-up'].includes(name) ? undefined : run.pipeline);
    expect(checkBlocks(message.blocks)).toEqual([]);
    expect(message.text).toContain(run.pipeline);
    expect(message.text).not.toMatch(/undefined|null|NaN/);
  });

  it('has no message for a notice that is not registered', async () => {
    expect(noticeSchema.safeParse({ kind: 'party', run }).success).toBe(false);
    const before = await ports();
    expect(() => composeNotice(before, { kind: 'party' })).toThrow('There is no notice "party"');
  });
});
