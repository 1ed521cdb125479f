import { beforeEach, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import type { PackageCreation } from '#functions/ports/model-registry';
import { type RegistrationPorts, registerModel } from '#functions/use-cases/register-model';
import { sampleReport } from '../../domain/reports/sample.ts';
import { sampleRecords } from '../../domain/reports/sample-run.ts';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { dropRecord, trainingRecord } from '../support/judged-run.ts';
import { packageArn, pipeline } from '../support/stage.ts';

const run = { pipeline: 'loan', runId: '20260102-080000-bbbb' };
const keys = artifactKeys(run);
let store: MemoryState;
let calls: string[];
let creation: PackageCreation;

const ports = (approval: 'auto' | 'manual', fails: ReadonlySet<string> = new Set()): RegistrationPorts => {
  const call = async <T>(name: string, answer: T): Promise<T> => {
    if (fails.has(name)) throw new Error(`${name} failed`);
    calls.push(name);
    return answer;
  };
  return {
    environment: { stage: 'dev', artifactsBucket: 'artifacts-bucket' },
    artifacts: memoryObjects('artifacts-bucket', {
      [keys.config]: { ...pipeline, registry: { approval } },
      [keys.evaluation]: sampleReport('binary').evaluation,
      [keys.training]: trainingRecord,
      [keys.drop]: dropRecord,
      [keys.verdict]: sampleReport('binary').verdict,
      [keys.profile]: sampleRecords().profile,
    }),
    store,
    registry: {
      ensureGroup: (group) => call(`group ${group}`, undefined),
      register: () => call('register', packageArn(7)),
      read: async () => ({ status: 'PendingManualApproval', creation, approvedAt: '', runId: run.runId }),
      approve: (arn) => call(`approve ${arn}`, undefined),
    },
  };
};

beforeEach(() => {
  store = memoryState();
  calls = [];
  creation = { status: 'Completed' };
});

it('registers a package once, and the run remembers its version', async () => {
  expect(await registerModel(ports('manual'), { run })).toEqual({ modelPackageArn: packageArn(7) });
  expect(await registerModel(ports('manual'), { run })).toEqual({ modelPackageArn: packageArn(7) });

  expect(calls).toEqual(['group tidegate-dev-loan', 'register']);
  expect(await store.get('loan', `run#${run.runId}`)).toMatchObject({
    modelPackageVersion: 7,
    approval: 'PendingManualApproval',
  });
});

it('approves a package that its run knows of, and tries again when that failed', async () => {
  const approval = `approve ${packageArn(7)}`;
  await expect(registerModel(ports('auto', new Set([approval])), { run })).rejects.toThrow('failed');
  expect(await store.get('loan', `run#${run.runId}`)).toMatchObject({ modelPackageArn: packageArn(7) });

  await registerModel(ports('auto'), { run });
  await registerModel(ports('auto'), { run });

  expect(calls).toEqual(['group tidegate-dev-loan', 'register', approval]);
  expect(await store.get('loan', `run#${run.runId}`)).toMatchObject({ approval: 'Approved' });
});

it('waits until SageMaker has completed the package, and registers nothing twice meanwhile', async () => {
  for (const status of ['Pending', 'InProgress'] as const) {
    creation = { status };
    await expect(registerModel(ports('auto'), { run })).rejects.toMatchObject({ name: 'StillRunningError' });
  }
  creation = { status: 'Completed' };
  await registerModel(ports('auto'), { run });

  expect(calls).toEqual(['group tidegate-dev-loan', 'register', `approve ${packageArn(7)}`]);
});

it.each(['Failed', 'Deleting'] as const)('approves no package that became %s', async (status) => {
  creation = { status, reason: 'the image was not found' };

  await expect(registerModel(ports('auto'), { run })).rejects.toThrow(
    `SageMaker's model registry made ${packageArn(7)} ${status}: the image was not found. Delete that version and retrain.`,
  );
  creation = { status, reason: '' };
  await expect(registerModel(ports('auto'), { run })).rejects.toThrow('it gave no reason');
  expect(calls).not.toContain(`approve ${packageArn(7)}`);
});
