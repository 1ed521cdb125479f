import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditFolder, readAudit } from '#src/audit/log';
import type { Cloud } from '#src/host/start';
import { lambdaFunction, openWorkshop, role, type Workshop } from '../cloud/small-stack.ts';

let workshop: Workshop;
let cloud: Cloud | undefined;
beforeEach(() => {
  workshop = openWorkshop();
  workshop.pack('worker', { 'index.js': 'exports.handler = async () => { console.log("said"); return 1; };' });
});
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
  workshop.remove();
});

const start = async (statements: Parameters<typeof role>[0], properties = {}) => {
  cloud = await workshop.start({ FunctionRole: role(statements), Worker: lambdaFunction('worker', properties) });
  const client = new LambdaClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.admin });
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: 'worker' }));
  client.destroy();
  expect(Payload && Buffer.from(Payload).toString()).toBe('1');
};
const written = (): string => {
  const file = join(workshop.stateDir, 'logs', 'worker.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

describe("a function's execution role", () => {
  it('lets it write its output to its log group', async () => {
    await start([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda/worker:*',
      },
    ]);
    expect(written()).toContain('said');
    const asked = [...readAudit(auditFolder(workshop.stateDir)).lines()].filter((line) => line.role === 'FunctionRole');
    expect(asked).toMatchObject([
      {
        operation: 'WriteLogs',
        authorization: [
          { action: 'logs:CreateLogStream', decision: 'allow' },
          { action: 'logs:PutLogEvents', decision: 'allow' },
        ],
      },
    ]);
  });

  it('loses the log without the right to write it, and the function runs all the same', async () => {
    await start([]);
    expect(written()).toBe('');
    expect(readFileSync(join(workshop.stateDir, 'logs', 'cloud.jsonl'), 'utf8')).toContain('logs:CreateLogStream');
  });

  it('must let a traced function send its traces, or it is not deployed', async () => {
    const traced = { TracingConfig: { Mode: 'Active' } };
    await expect(start([], traced)).rejects.toThrow(/permissions to call PutTraceSegments on XRAY/);
    await start(
      [{ Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' }],
      traced,
    );
  });
});
