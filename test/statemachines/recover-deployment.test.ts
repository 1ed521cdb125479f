import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { rollBackDeploymentSchema } from '#schemas/events/deployment';
import { loadMachine, taskName } from './load-machine.ts';

const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-deploy:x';
const modelPackageArn = 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/12';
const event = (more: object = {}) => ({
  detail: {
    executionArn,
    status: 'ABORTED',
    startDate: 1_767_340_800_000,
    input: JSON.stringify({ detail: { ModelPackageArn: modelPackageArn } }),
    error: null,
    cause: null,
    ...more,
  },
});
const rolledBack = { reason: 'because', pipeline: 'loan', servingConfig: 'old' };

async function recover(input: unknown, rollBack: (attempt: number) => unknown) {
  const asked: unknown[] = [];
  const told: unknown[] = [];
  const { status } = await runDefinition({
    definition: loadMachine('recover-deployment'),
    input,
    tasks: ({ resource, arguments: args }) => {
      if (taskName(resource) === 'Notify') {
        told.push(noticeSchema.parse(args));
        return {};
      }
      asked.push(rollBackDeploymentSchema.parse(args));
      return rollBack(asked.length) ?? {};
    },
  });
  return { status, asked, told };
}

describe('the recover-deployment machine', () => {
  it('rolls a stopped deployment back and tells the team', async () => {
    const { status, asked, told } = await recover(event(), () => rolledBack);

    expect(status).toBe('SUCCEEDED');
    expect(asked).toEqual([
      {
        modelPackageArn,
        executionArn,
        deployment: null,
        error: { Error: 'ExecutionABORTED', Cause: 'The deployment was stopped before it could finish.' },
        at: expect.any(String),
      },
    ]);
    expect(told).toMatchObject([
      {
        kind: 'rolled-back',
        executionArn,
        failure: rolledBack,
        modelPackageVersion: 12,
        startedAt: '2026-01-02T08:00:00.000Z',
      },
    ]);
  });

  it('says that it was a roll-back, if it was one', async () => {
    const input = JSON.stringify({
      detail: { ModelPackageArn: modelPackageArn },
      rolledBackAt: '2026-01-02T08:00:00Z',
    });
    const { told } = await recover(event({ input }), () => rolledBack);

    expect(told).toMatchObject([{ wasRollBack: true }]);
  });

  it('passes on why a deployment failed, which may not have been told', async () => {
    const { asked } = await recover(event({ status: 'FAILED', cause: 'tests failed' }), () => rolledBack);

    expect(asked).toMatchObject([{ error: { Cause: 'tests failed' } }]);
  });

  it('asks until the endpoint has settled', async () => {
    const { status, asked } = await recover(event(), (attempt) => {
      if (attempt < 200) throw { error: 'TransientError', cause: 'updating' };
      return rolledBack;
    });

    expect(status).toBe('SUCCEEDED');
    expect(asked).toHaveLength(200);
  });

  it('tells the team to look when it cannot be rolled back', async () => {
    const { told } = await recover(event(), () => {
      throw { error: 'AccessDeniedException', cause: 'not authorized' };
    });

    expect(told).toMatchObject([
      {
        failure: { reason: 'The roll-back itself failed; look at the endpoint. AccessDeniedException: not authorized' },
      },
    ]);
  });
});
