import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJsonLines, rotatedFiles } from '#src/cloud/jsonl';
import type { Cloud } from '#src/host/start';
import { asAdmin, lambdaFunction, openWorkshop, role, send, sign } from './small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;
beforeAll(async () => {
  workshop.pack('speaker', {
    'index.mjs': 'export const handler = async ({ words }) => { for (const word of words) console.log(word); };',
  });
  cloud = await workshop.start({
    FunctionRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
    Speaker: lambdaFunction('speaker'),
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/speaker', RetentionInDays: 14 } },
  });
  await new LambdaClient(asAdmin(cloud)).send(
    new InvokeCommand({
      FunctionName: 'speaker',
      Payload: JSON.stringify({ words: ['first ERROR', 'second', 'third ERROR code'] }),
    }),
  );
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

interface Answer {
  readonly events: { readonly message: string; readonly timestamp: number; readonly logStreamName: string }[];
  readonly nextToken?: string;
  readonly logGroups: unknown[];
  readonly logStreams: { readonly logStreamName: string }[];
  readonly __type?: string;
}
async function logs(operation: string, input: Record<string, unknown>): Promise<Answer> {
  const response = await send(
    await sign(cloud, { service: 'logs', target: `Logs_20140328.${operation}`, body: JSON.stringify(input) }),
  );
  return (await response.json()) as Answer;
}
const said = ({ events }: Answer): string[] =>
  events.map(({ message }) => message.split('\t').at(-1) ?? '').filter((word) => /first|second|third/.test(word));
const logGroupName = '/aws/lambda/speaker';

describe('the logs of a function', () => {
  it('are found by group, words and time', async () => {
    expect(said(await logs('FilterLogEvents', { logGroupName }))).toEqual([
      'first ERROR',
      'second',
      'third ERROR code',
    ]);
    expect(said(await logs('FilterLogEvents', { logGroupName, filterPattern: 'ERROR -code' }))).toEqual([
      'first ERROR',
    ]);
    expect(said(await logs('FilterLogEvents', { logGroupName, filterPattern: '?second "ERROR code"' }))).toEqual([]);
    expect(said(await logs('FilterLogEvents', { logGroupName, filterPattern: '"ERROR code"' }))).toEqual([
      'third ERROR code',
    ]);
    expect((await logs('FilterLogEvents', { logGroupName, startTime: Date.now() + 60_000 })).events).toEqual([]);
  });

  it('come page by page', async () => {
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs('FilterLogEvents', { logGroupName, limit: 2, nextToken });
      expect(page.events.length).toBeLessThanOrEqual(2);
      seen.push(...said(page));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(['first ERROR', 'second', 'third ERROR code']);
  });

  it('are separated by stream', async () => {
    const { logStreams } = await logs('DescribeLogStreams', { logGroupName });
    expect(logStreams).toHaveLength(1);
    expect(
      said(await logs('GetLogEvents', { logGroupName, logStreamName: logStreams[0]?.logStreamName })),
    ).toHaveLength(3);
  });

  it('belong to a group with a retention time', async () => {
    expect((await logs('DescribeLogGroups', { logGroupNamePrefix: '/aws/lambda' })).logGroups).toMatchObject([
      { logGroupName, retentionInDays: 14 },
    ]);
    expect((await logs('FilterLogEvents', { logGroupName: '/nobody' })).__type).toBe('ResourceNotFoundException');
  });

  it('take another retention time, of those that CloudWatch Logs has', async () => {
    expect(await logs('PutRetentionPolicy', { logGroupName, retentionInDays: 15 })).toMatchObject({
      __type: 'InvalidParameterException',
    });
    await logs('PutRetentionPolicy', { logGroupName, retentionInDays: 30 });
    expect((await logs('DescribeLogGroups', { logGroupNamePrefix: '/aws/lambda' })).logGroups).toMatchObject([
      { logGroupName, retentionInDays: 30 },
    ]);
  });
});

describe('a rotated file', () => {
  it('keeps the newest lines in order, within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 60 }), (lines) => {
        const folder = mkdtempSync(join(tmpdir(), 'cloud-lines-'));
        const path = join(folder, 'a.jsonl');
        const file = openJsonLines(path, { maxBytes: 200, keep: 2 });
        for (const line of lines) file.write({ line });
        file.close();
        const files = rotatedFiles(path);
        const texts = files.map((name) => readFileSync(name, 'utf8'));
        rmSync(folder, { recursive: true });
        expect(files.length).toBeLessThanOrEqual(3);
        for (const text of texts) expect(text.split('\n').length <= 2 || Buffer.byteLength(text) <= 200).toBe(true);
        const kept = texts
          .join('')
          .trim()
          .split('\n')
          .map((text) => (JSON.parse(text) as { line: string }).line);
        expect(kept).toEqual(lines.slice(-kept.length));
        expect(kept.length).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('streams and groups', () => {
  it('are listed in pages and in the order asked for', async () => {
    const { logGroups } = await logs('DescribeLogGroups', { limit: 1, logGroupNamePattern: 'SPEAKER' });
    expect(logGroups).toHaveLength(1);
    expect((await logs('DescribeLogGroups', { logGroupNamePattern: 'nobody' })).logGroups).toEqual([]);
    const both = { logGroupNamePrefix: '/aws', logGroupNamePattern: 'speaker' };
    expect((await logs('DescribeLogGroups', both)).__type).toBe('InvalidParameterException');
    expect((await logs('DescribeLogGroups', { limit: 51 })).__type).toBe('ValidationException');
    expect((await logs('DescribeLogGroups', { nextToken: 'oops' })).__type).toBe('InvalidParameterException');
    const latest = await logs('DescribeLogStreams', { logGroupName, orderBy: 'LastEventTime', descending: true });
    expect(latest.logStreams).toHaveLength(1);
    const wrong = { logGroupName, orderBy: 'LastEventTime', logStreamNamePrefix: 'a' };
    expect((await logs('DescribeLogStreams', wrong)).__type).toBe('InvalidParameterException');
    expect((await logs('DescribeLogStreams', { logGroupName, orderBy: 'Size' })).__type).toBe(
      'InvalidParameterException',
    );
  });

  it('are read from the end, from the head, and on from a token', async () => {
    const [stream] = (await logs('DescribeLogStreams', { logGroupName })).logStreams;
    const of = { logGroupName, logStreamName: stream?.logStreamName };
    const read = async (more: object) =>
      (await logs('GetLogEvents', { ...of, ...more })) as Answer & {
        readonly nextForwardToken: string;
        readonly nextBackwardToken: string;
      };
    const all = (await read({ startFromHead: true })).events.map(({ message }) => message);
    const last = await read({ limit: 1 });
    expect(last.events.map(({ message }) => message)).toEqual(all.slice(-1));
    const before = await read({ limit: 2, nextToken: last.nextBackwardToken });
    expect(before.events.map(({ message }) => message)).toEqual(all.slice(-3, -1));
    const head = await read({ limit: 1, startFromHead: true });
    const next = await read({ limit: 1, nextToken: head.nextForwardToken });
    expect([head, next].flatMap(({ events }) => events.map(({ message }) => message))).toEqual(all.slice(0, 2));
    const end = await read({ nextToken: last.nextForwardToken });
    expect([end.events, end.nextForwardToken]).toEqual([[], last.nextForwardToken]);
    expect((await read({ nextToken: 'oops' })).__type).toBe('InvalidParameterException');
    const backwards = await logs('FilterLogEvents', { logGroupName, startFromHead: false, limit: 1 });
    expect(backwards.events.map(({ message }) => message)).toEqual(all.slice(-1));
  });
});
