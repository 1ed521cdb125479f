import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '#src/host/start';
import type { LambdaService } from '#src/lambda/service';
import { asAdmin, lambdaFunction, openWorkshop, role } from '../cloud/small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;
let lambda: LambdaClient;

const HANDLER = `
let count = 0;
let fresh = true;
export const handler = async (event, context) => {
  const first = fresh;
  fresh = false;
  count += 1;
  switch (event.do) {
    case 'echo': return { event, count, first, requestId: context.awsRequestId, arn: context.invokedFunctionArn };
    case 'environment': return process.env;
    case 'remaining': return context.getRemainingTimeInMillis();
    case 'nothing': return undefined;
    case 'throw': { const error = new TypeError('the rows are ' + event.what); throw error; }
    case 'log': console.log('said %s', event.what, { a: 1 }); process.stdout.write('{"_aws":{}}\\n'); console.error('two\\nlines'); return 'logged';
    case 'sleep': await new Promise((resolve) => setTimeout(resolve, event.ms)); return process.pid;
    case 'exit': process.exit(3);
    case 'reject': Promise.reject(new Error('left alone')); await new Promise(() => {}); break;
    case 'fill': { const all = []; for (;;) all.push(new Array(100000).fill(Math.random())); }
    case 'large': return 'x'.repeat(7000000);
    case 'child': {
      const { spawn } = await import('node:child_process');
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      return 'left one running';
    }
  }
};
`;

beforeAll(async () => {
  workshop.pack('worker', { 'index.mjs': HANDLER });
  workshop.pack('short', { 'functions/short.js': `exports.handler = async () => { for (;;) {} };` });
  workshop.pack('broken', { 'index.mjs': `import 'a-package-nobody-has';\nexport const handler = () => 1;` });
  workshop.pack('faulty', { 'index.mjs': `export const handler = (event, context, callback) => callback(null, 1);` });
  workshop.pack('caller', { 'index.mjs': `export const handler = async () => 1;` });
  cloud = await workshop.start({
    FunctionRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
    CallerRole: role([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['Worker', 'Arn'] } },
    ]),
    Worker: lambdaFunction('worker', {
      MemorySize: 128,
      Timeout: 20,
      Environment: { Variables: { STAGE: { Ref: 'AWS::StackName' } } },
    }),
    Short: lambdaFunction('short', { Handler: 'functions/short.handler', Timeout: 1 }),
    Broken: lambdaFunction('broken'),
    Faulty: lambdaFunction('faulty'),
    Limited: lambdaFunction('limited', {
      Code: { S3Key: 'a/b/worker.zip' },
      ReservedConcurrentExecutions: 1,
      Timeout: 20,
    }),
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: { FunctionName: { Ref: 'Worker' }, Name: 'live', FunctionVersion: '1' },
    },
    FromBus: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'Worker' },
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: 'arn:aws:events:eu-central-1:123456789012:rule/drops',
      },
    },
  });
  lambda = new LambdaClient(asAdmin(cloud));
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

async function invoke(name: string, event: unknown, more: Partial<InvokeCommandInput> = {}) {
  const { Payload, FunctionError, StatusCode, LogResult } = await lambda.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), ...more }),
  );
  const text = Payload?.transformToString() ?? '';
  return {
    payload: text === '' ? undefined : JSON.parse(text),
    error: FunctionError,
    status: StatusCode,
    log: Buffer.from(LogResult ?? '', 'base64').toString(),
  };
}

describe('an invocation', () => {
  it('gives the event to the handler and its result back', async () => {
    const { payload, error, status } = await invoke('worker', { do: 'echo', a: ['ü', 1] });
    expect({ error, status }).toEqual({ error: undefined, status: 200 });
    expect(payload).toMatchObject({
      event: { a: ['ü', 1] },
      arn: 'arn:aws:lambda:eu-central-1:123456789012:function:worker',
    });
  });

  it('finds its process warm the next time', async () => {
    const before = await invoke('worker', { do: 'echo' });
    const after = await invoke('worker', { do: 'echo' });
    expect(after.payload).toMatchObject({ count: before.payload.count + 1, first: false });
    expect(after.payload.requestId).not.toBe(before.payload.requestId);
  });

  it('keeps its compiled code for the next process, which need not compile it', async () => {
    await invoke('worker', { do: 'nothing' });
    const kept = join(workshop.stateDir, 'lambda/compiled');
    await expect.poll(() => existsSync(kept) && readdirSync(kept, { recursive: true }).length).toBeGreaterThan(1);
  });

  it('returns null for nothing', async () => {
    expect((await invoke('worker', { do: 'nothing' })).payload).toBeNull();
  });

  it('sees its own environment and nothing of this process', async () => {
    process.env['CALLER_SECRET'] = 'not for functions';
    const { payload } = await invoke('limited', { do: 'environment' });
    const { payload: worker } = await invoke('worker', { do: 'environment' });
    delete process.env['CALLER_SECRET'];
    expect(payload).toMatchObject({
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'limited',
      AWS_ENDPOINT_URL: cloud.endpoint,
      TZ: 'UTC',
    });
    expect(worker).toMatchObject({ STAGE: 'test-stack', _HANDLER: 'index.handler' });
    const own = /^(AWS_|_|LAMBDA_|STAGE$|PATH$|TZ$|LANG$|HOME$|TMPDIR$|TEMP$|TMP$|NODE_CHANNEL)/;
    expect(Object.keys(worker).filter((name) => !own.test(name))).toEqual([]);
    expect(worker.AWS_ACCESS_KEY_ID).not.toBe(cloud.admin.accessKeyId);
  });

  it('knows how much time it has left', async () => {
    const { payload } = await invoke('worker', { do: 'remaining' });
    expect(payload).toBeGreaterThan(10_000);
    expect(payload).toBeLessThanOrEqual(20_000);
  });

  it('is found by ARN, alias and version, but not by ones that do not exist', async () => {
    const arn = cloud.resources['Worker']?.attributes['Arn'] ?? '';
    expect((await invoke(arn, { do: 'echo' })).payload.event).toEqual({ do: 'echo' });
    expect((await invoke(`${arn}:live`, { do: 'echo' })).error).toBeUndefined();
    expect((await invoke('worker', { do: 'echo' }, { Qualifier: '1' })).error).toBeUndefined();
    await expect(invoke('worker', {}, { Qualifier: 'nowhere' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(invoke('nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('can be tried without running', async () => {
    const before = await invoke('worker', { do: 'echo' });
    expect((await invoke('worker', {}, { InvocationType: 'DryRun' })).status).toBe(204);
    expect((await invoke('worker', { do: 'echo' })).payload.count).toBe(before.payload.count + 1);
  });

  it('runs beside others of its function, in processes of their own', async () => {
    const pids = await Promise.all([1, 2].map(async () => (await invoke('worker', { do: 'sleep', ms: 300 })).payload));
    expect(new Set(pids).size).toBe(2);
  });

  it('waits for its turn when all processes are busy', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, () => invoke('worker', { do: 'sleep', ms: 20 })));
    expect(results.every(({ error }) => error === undefined)).toBe(true);
  });

  it('is throttled beyond reserved concurrency', async () => {
    const both = await Promise.allSettled([1, 2].map(() => invoke('limited', { do: 'sleep', ms: 1500 })));
    const [answered, ...more] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(answered?.error).toBeUndefined();
    expect(more).toEqual([]);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: {
        name: 'TooManyRequestsException',
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      },
    });
  });

  it('is not held up by a process it leaves running', async () => {
    expect((await invoke('worker', { do: 'child' })).payload).toBe('left one running');
  });
});

describe('a failing function', () => {
  it('is reported with the type, message and trace of its error', async () => {
    const { payload, error } = await invoke('worker', { do: 'throw', what: 'wrong' });
    expect(error).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'TypeError', errorMessage: 'the rows are wrong' });
    expect(payload.trace[0]).toBe('TypeError: the rows are wrong');
  });

  it('is ended at its timeout, whatever it is doing', async () => {
    const { payload, error } = await invoke('short', {});
    expect(error).toBe('Unhandled');
    expect(payload.errorType).toBe('Sandbox.Timedout');
    expect(payload.errorMessage).toMatch(/^RequestId: [\w-]+ Error: Task timed out after 1\.00 seconds$/);
  });

  it('is reported when its process exits, and starts again', async () => {
    const { payload } = await invoke('worker', { do: 'exit' });
    expect(payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(payload.errorMessage).toContain('Runtime exited with error: exit status 3');
    expect((await invoke('worker', { do: 'echo' })).error).toBeUndefined();
  });

  it('is killed when it outgrows its memory', async () => {
    const { payload } = await invoke('worker', { do: 'fill' });
    expect(payload.errorType).toBe('Runtime.ExitError');
    expect(payload.errorMessage).toContain('signal: killed');
  });

  it('is reported for a promise it rejected and left alone', async () => {
    expect((await invoke('worker', { do: 'reject' })).payload).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'left alone',
    });
  });

  it('may not return more than six megabytes', async () => {
    expect((await invoke('worker', { do: 'large' })).payload.errorType).toBe('Function.ResponseSizeTooLarge');
  });

  it('is reported when it cannot be loaded', async () => {
    const { payload } = await invoke('broken', {});
    expect(payload.errorType).toBe('Runtime.ImportModuleError');
    expect(payload.errorMessage).toContain('a-package-nobody-has');
    expect((await invoke('faulty', {})).payload.errorType).toBe('Runtime.CallbackHandlerDeprecated');
  });
});

describe('the log', () => {
  it('is complete when the answer arrives', async () => {
    const { log, payload } = await invoke('worker', { do: 'log', what: 'hello' }, { LogType: 'Tail' });
    expect(payload).toBe('logged');
    const lines = log.split('\n');
    expect(lines[0]).toMatch(/^START RequestId: [\w-]+ Version: \$LATEST$/);
    expect(log).toContain('\tINFO\tsaid hello { a: 1 }');
    expect(log).toContain('\n{"_aws":{}}\n');
    expect(log).toContain('\tERROR\ttwo\rlines');
    expect(lines.at(-1)).toMatch(
      /^REPORT RequestId: [\w-]+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB/,
    );
  });

  it('is stored by function', async () => {
    await invoke('worker', { do: 'log', what: 'keep me' });
    const kept = readFileSync(join(workshop.stateDir, 'logs', 'worker.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string; requestId: string });
    const line = kept.find(({ message }) => message.includes('said keep me'));
    expect(line?.message).toContain(line?.requestId);
  });
});

describe('who may invoke', () => {
  it('is decided by the caller’s role', async () => {
    const roleArn = cloud.resources['CallerRole']?.attributes['Arn'] ?? '';
    const client = new LambdaClient(cloud.context.clientConfig(roleArn, 'calling'));
    const { StatusCode } = await client.send(
      new InvokeCommand({ FunctionName: 'worker', Payload: '{"do":"nothing"}' }),
    );
    expect(StatusCode).toBe(200);
    await expect(client.send(new InvokeCommand({ FunctionName: 'short' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-central-1:123456789012:function:short',
      ),
    });
  });

  it('is decided by a permission when a service invokes it in its own name', async () => {
    const service = cloud.context.service<LambdaService>('lambda');
    const arn = cloud.resources['Worker']?.attributes['Arn'] ?? '';
    const rule = (name: string) => ({
      service: 'events.amazonaws.com',
      sourceArn: `arn:aws:events:eu-central-1:123456789012:rule/${name}`,
    });
    await service.invokeAsync(arn, { do: 'nothing' }, rule('drops'));
    await expect(service.invokeAsync(arn, {}, rule('others'))).rejects.toThrow('add an AWS::Lambda::Permission');
  });
});

describe('descriptions', () => {
  it('match the template', async () => {
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'worker' }));
    expect(Configuration).toMatchObject({
      FunctionName: 'worker',
      MemorySize: 128,
      Timeout: 20,
      Runtime: 'nodejs24.x',
      State: 'Active',
    });
    expect(Configuration?.CodeSha256).toMatch(/^[\w+/]{43}=$/);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(
      expect.arrayContaining(['worker', 'short', 'broken']),
    );
  });
});

describe('temporary folders', () => {
  it('go with their processes', async () => {
    const { payload } = await invoke('limited', { do: 'environment' });
    expect(existsSync(payload.TMPDIR)).toBe(true);
    await invoke('limited', { do: 'exit' });
    expect(existsSync(payload.TMPDIR)).toBe(false);
  });
});
