import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultFileInput } from '#src/faults/fault-file';
import type { Cloud } from '#src/host/start';
import { asAdmin, lambdaFunction, openWorkshop, role } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;

/** Logs that it worked, so that work whose answer is lost can be seen. */
const HANDLER = `
let count = 0;
export const handler = async () => { console.log('the handler ran'); count += 1; return count; };
`;

beforeAll(async () => {
  workshop.pack('worker', { 'index.mjs': HANDLER });
  cloud = await workshop.start({
    FunctionRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
    WorkerLambdaFunction: lambdaFunction('test-stack-worker', {
      Code: { S3Key: 'worker.zip' },
      MemorySize: 256,
      Timeout: 1,
    }),
    PatientLambdaFunction: lambdaFunction('test-stack-patient', { Code: { S3Key: 'worker.zip' }, Timeout: 60 }),
  });
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

async function invoke(name = 'worker') {
  const { Payload, FunctionError, LogResult } = await new LambdaClient(asAdmin(cloud)).send(
    new InvokeCommand({ FunctionName: `test-stack-${name}`, LogType: 'Tail' }),
  );
  return {
    failed: FunctionError,
    payload: JSON.parse(Payload?.transformToString() ?? 'null') as { errorType?: string; errorMessage?: string },
    log: Buffer.from(LogResult ?? '', 'base64').toString(),
  };
}
const under = (rule: FaultFileInput['faults'][number], name?: string) => {
  cloud.faults.set({ faults: [{ nth: 1, ...rule }] });
  return invoke(name);
};

describe('a function', () => {
  it('crashes before its handler runs, and works the next time', async () => {
    const { failed, payload, log } = await under({ fault: 'lambda-crash' });
    expect(failed).toBe('Unhandled');
    expect(payload.errorType).toBe('Runtime.ExitError');
    expect(payload.errorMessage).toMatch(/^RequestId: [\w-]+ Error: Runtime exited with error: exit status 1$/);
    expect(log).not.toContain('the handler ran');
    expect(await invoke()).toMatchObject({ failed: undefined, payload: 1 });
  });

  it('crashes when all was done: only the answer is lost', async () => {
    const { payload, log } = await under({ fault: 'lambda-crash', handler: 'done' });
    expect(payload.errorType).toBe('Runtime.ExitError');
    expect(log).toContain('the handler ran');
    // a new process counts from one
    expect(await invoke()).toMatchObject({ payload: 1 });
  });

  it.each(['not-run', 'done'] as const)('outgrows its memory, its handler %s', async (handler) => {
    const { payload, log } = await under({ fault: 'lambda-out-of-memory', handler });
    expect(payload.errorType).toBe('Runtime.ExitError');
    expect(payload.errorMessage).toMatch(/Runtime exited with error: signal: killed$/);
    expect(log).toContain('Memory Size: 256 MB\tMax Memory Used: 256 MB');
    expect(log.includes('the handler ran')).toBe(handler === 'done');
  });

  it.each(['not-run', 'done'] as const)('hangs until its time is up, its handler %s', async (handler) => {
    const { payload, log } = await under({ fault: 'lambda-timeout', handler });
    expect(payload.errorType).toBe('Sandbox.Timedout');
    expect(payload.errorMessage).toMatch(/^RequestId: [\w-]+ Error: Task timed out after 1\.00 seconds$/);
    expect(log.includes('the handler ran')).toBe(handler === 'done');
  });

  it('may be found to hang before its time is up', async () => {
    const { payload } = await under({ fault: 'lambda-timeout', function: 'patient', seconds: 0.01 }, 'patient');
    expect(payload.errorMessage).toContain('Task timed out after 60.00 seconds');
  });

  it('does not load, whatever waits warm', async () => {
    expect(await invoke()).toMatchObject({ failed: undefined });
    const { payload, log } = await under({ fault: 'lambda-init' });
    expect(payload.errorType).toBe('Runtime.ExitError');
    expect(payload.errorMessage).toContain('exit status 1');
    expect(log).toMatch(
      /INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.ExitError/,
    );
    expect(log).not.toContain('the handler ran');
    // the warm one still counts
    expect(await invoke()).toMatchObject({ failed: undefined, payload: 2 });
  });
});
