import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '#src/sagemaker/endpoints/endpoint';
import { Hosting } from '#src/sagemaker/endpoints/hosting';
import { createHub } from '#src/sagemaker/hub';
import { Jobs } from '#src/sagemaker/jobs';
import { Store } from '#src/sagemaker/store';
import { type FakeContext, fakeContext } from '../support/door.ts';

let context: FakeContext;
let store: Store;

beforeEach(() => {
  context = fakeContext(mkdtempSync(join(tmpdir(), 'sagemaker-resume-')));
  store = new Store(context);
});
afterEach(() => {
  store.close();
  rmSync(context.stateDir, { recursive: true, force: true });
});

describe('an endpoint whose roll-back was interrupted', () => {
  it('is in service with what served before, and the failed update is not tried again', async () => {
    const serving = { configName: 'old', variants: [] };
    const endpoint: Endpoint = {
      name: 'loans',
      created: 1,
      modified: 1,
      status: 'RollingBack',
      spec: serving,
      pending: { spec: { configName: 'new', variants: [] }, start: 1, share: 0.1 },
      failureReason: 'An alarm went off.',
    };
    store.put('endpoint', endpoint);
    new Hosting(createHub(context, store), new Jobs()).resume(endpoint);
    await store.committed();
    const after = store.get<Endpoint>('endpoint', 'loans');
    expect(after).toMatchObject({ status: 'InService', spec: serving, failureReason: 'An alarm went off.' });
    expect(after).not.toHaveProperty('pending');
    expect(context.events.map((event) => event.detail)).toContainEqual(
      expect.objectContaining({ EndpointName: 'loans', EndpointStatus: 'IN_SERVICE', EndpointConfigName: 'old' }),
    );
  });
});

describe('what SageMaker keeps', () => {
  it('is one thing with its tags and its event', async () => {
    store.put('endpoint', { name: 'loans', created: 1, modified: 1, status: 'InService' });
    store.putTags('arn', { team: 'risk' });
    store.outbox.add({ source: 'aws.sagemaker', 'detail-type': 'Told', detail: {} });
    const other = new Store(context);
    // Nothing of the turn is stored before its end: a process killed here leaves nothing behind.
    expect([other.get('endpoint', 'loans'), other.tagsOf('arn'), context.events]).toEqual([undefined, {}, []]);
    await store.committed();
    expect(other.get('endpoint', 'loans')).toMatchObject({ status: 'InService' });
    expect(other.tagsOf('arn')).toEqual({ team: 'risk' });
    expect(context.events).toHaveLength(1);
    other.close();
  });
});
