import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createCloudWatch } from '#src/cloudwatch/service';
import { fakeContext, serveService } from '../support/door.ts';

/** CloudWatch alone, with a clock that stands still until it is advanced. */
export async function openCloudWatch() {
  const stateDir = mkdtempSync(join(tmpdir(), 'cloud-cloudwatch-'));
  const context = fakeContext(stateDir);
  const service = createCloudWatch(context);
  const door = await serveService(service, { context });
  const client = new CloudWatchClient({
    endpoint: door.endpoint,
    region: context.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    client,
    clock: context.clock,
    putMetric: service.putMetric,
    async close() {
      client.destroy();
      await door.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
