import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { AwsError } from '#src/cloud/service';
import { createSageMaker } from '#src/sagemaker/service';
import { bundledModel } from '#src/sagemaker/validation/request';
import { fakeContext } from '../../support/door.ts';

/** Every member that the operation has, and none of the type it should have. */
const mistyped = (operation: string): object => {
  const shape = bundledModel.shapes[bundledModel.operations[operation]?.input?.shape ?? ''];
  if (shape?.type !== 'structure') throw new Error(`${operation} takes no structure`);
  const wrong = (name: string) => (bundledModel.shapes[name]?.type === 'string' ? 7 : 'seven');
  return Object.fromEntries(Object.entries(shape.members).map(([member, { shape: name }]) => [member, wrong(name)]));
};

it('validates with the service model what it emulates, and emulates what it has a model of', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'cloud-operations-'));
  const service = createSageMaker(fakeContext(stateDir));
  const refusals = await Promise.all(
    Object.keys(bundledModel.operations).map(async (operation) => {
      const request = {
        id: 'r',
        method: 'POST',
        path: '/',
        query: new URLSearchParams(),
        headers: { 'x-amz-target': `SageMaker.${operation}` },
        body: Readable.from([Buffer.from(JSON.stringify(mistyped(operation)))]),
        signingName: 'sagemaker',
        region: 'eu-central-1',
        caller: { accessKeyId: 'a', arn: 'arn' },
      };
      const refusal: unknown = await service.prepare(request).then(
        () => undefined,
        (error: unknown) => error,
      );
      return [operation, refusal instanceof AwsError ? refusal.code : String(refusal)] as const;
    }),
  );
  await service.close?.();
  await rm(stateDir, { recursive: true, force: true });
  expect(refusals.length).toBeGreaterThan(40);
  for (const [operation, code] of refusals) expect(code, operation).toBe('SerializationException');
});
