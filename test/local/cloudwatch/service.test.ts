import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CloudWatch, createCloudWatch } from '#local/cloudwatch/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';

let stateDir: string;
let context: FakeContext;
let watch: CloudWatch;
let door: ServedService;
let client: CloudWatchClient;

const open = async () => {
  watch = createCloudWatch(context);
  door = await serveService(watch, { context });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new CloudWatchClient({ endpoint: door.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
};
const close = async () => {
  client.destroy();
  await door.close();
};
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'tidegate-cloudwatch-'));
  context = fakeContext(stateDir);
  await open();
});
afterEach(async () => {
  await close();
  rmSync(stateDir, { recursive: true, force: true });
});

const Dimensions = [{ Name: 'EndpointName', Value: 'loan-default' }];
const errors = {
  AlarmName: 'errors',
  Namespace: 'AWS/SageMaker',
  MetricName: 'Invocation5XXErrors',
  Dimensions,
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
} as const;
const stateOf = async (name: string) => {
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms[0]?.StateValue;
};
const apply = (type: string, properties: Record<string, unknown>, logicalId = 'Thing') =>
  watch.resources?.[type]?.apply({ logicalId, type, properties });

describe('metrics', () => {
  const window = { StartTime: new Date(Date.UTC(2025, 11, 31)), EndTime: new Date(Date.UTC(2026, 0, 2)) };
  test('values, repeated values and statistic sets add up', async () => {
    await client.send(
      new PutMetricDataCommand({
        Namespace: 'Tidegate',
        MetricData: [
          { MetricName: 'Rows', Value: 5, Dimensions },
          { MetricName: 'Rows', Values: [1, 10], Counts: [3, 1], Dimensions },
          { MetricName: 'Rows', StatisticValues: { SampleCount: 2, Sum: 6, Minimum: 2, Maximum: 4 }, Dimensions },
          { MetricName: 'Rows', Value: 1000 },
        ],
      }),
    );
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Tidegate',
        MetricName: 'Rows',
        Dimensions,
        Period: 60,
        Statistics: ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'],
        ...window,
      }),
    );
    expect(Datapoints).toMatchObject([
      { Sum: 24, SampleCount: 7, Average: 24 / 7, Minimum: 1, Maximum: 10, Timestamp: new Date(context.clock.now()) },
    ]);
    const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: 'Tidegate' }));
    expect(Metrics).toHaveLength(2);
    expect(door.calls[0]?.authorize).toEqual([
      { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'Tidegate' } },
    ]);
  });

  test('a large request comes gzipped and is read all the same; metrics survive a restart', async () => {
    const MetricData = Array.from({ length: 500 }, (_, i) => ({ MetricName: 'Latency', Value: i + 1, Dimensions }));
    await client.send(new PutMetricDataCommand({ Namespace: 'Tidegate', MetricData }));
    await close();
    await open();
    const stat = (Id: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Tidegate', MetricName: 'Latency', Dimensions }, Period: 300, Stat },
    });
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({ MetricDataQueries: [stat('p', 'p99'), stat('n', 'SampleCount')], ...window }),
    );
    expect(MetricDataResults.map(({ Id, Values }) => [Id, Values])).toEqual([
      ['p', [495]],
      ['n', [500]],
    ]);
  });

  test('a value is required, and expressions are refused by name', async () => {
    await expect(
      client.send(new PutMetricDataCommand({ Namespace: 'T', MetricData: [{ MetricName: 'x' }] })),
    ).rejects.toThrow(/Value/);
    const query = new GetMetricDataCommand({ MetricDataQueries: [{ Id: 'e', Expression: 'a+b' }], ...window });
    await expect(client.send(query)).rejects.toThrow(/Query e.*expressions/);
  });
});

describe('alarms', () => {
  test('go off with the data and recover without it, and tell the event bus each time', async () => {
    await client.send(new PutMetricAlarmCommand(errors));
    expect(await stateOf('errors')).toBe('OK');
    watch.putMetric('AWS/SageMaker', 'Invocation5XXErrors', { EndpointName: 'loan-default' }, 1, 'Count');
    expect(watch.alarmState('errors')).toBe('ALARM');
    watch.putMetric('AWS/SageMaker', 'Invocation5XXErrors', { EndpointName: 'other' }, 1, 'Count');
    await context.clock.advance(10 * 60_000);
    expect(await stateOf('errors')).toBe('OK');
    expect(context.events.map(({ detail }) => (detail as { state: { value: string } }).state.value)).toEqual([
      'OK',
      'ALARM',
      'OK',
    ]);
    expect(context.events[1]).toMatchObject({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: ['arn:aws:cloudwatch:eu-central-1:123456789012:alarm:errors'],
      detail: { alarmName: 'errors', previousState: { value: 'OK' } },
    });
  });

  test('a state set by hand holds for one period', async () => {
    await client.send(new PutMetricAlarmCommand(errors));
    await client.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'drill' }));
    expect(await stateOf('errors')).toBe('ALARM');
    await context.clock.advance(60_000);
    expect(await stateOf('errors')).toBe('OK');
  });

  test('are described as they were put, until they are deleted', async () => {
    await client.send(new PutMetricAlarmCommand(errors));
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'err' }));
    expect(MetricAlarms[0]).toMatchObject({
      ...errors,
      ActionsEnabled: true,
      StateUpdatedTimestamp: new Date(context.clock.now()),
    });
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    expect(await stateOf('errors')).toBeUndefined();
    const missing = new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'OK', StateReason: 'x' });
    await expect(client.send(missing)).rejects.toThrow(/does not exist/);
  });

  test.each([
    ['a period that is no multiple of a minute', { Period: 45 }, /multiple of 60/],
    ['no statistic', { Statistic: undefined }, /Statistic/],
    [
      'a comparison of anomaly bands',
      { ComparisonOperator: 'GreaterThanUpperThreshold' as const },
      /ComparisonOperator/,
    ],
    ['more data points than periods', { DatapointsToAlarm: 3 }, /DatapointsToAlarm/],
  ])('refuse %s', async (_name, change, message) => {
    await expect(client.send(new PutMetricAlarmCommand({ ...errors, ...change }))).rejects.toThrow(message);
  });
});

describe('the template', () => {
  test('alarms leave with it, their state stays across a restart', async () => {
    await apply('AWS::CloudWatch::Alarm', { ...errors, Threshold: '0' });
    await apply('AWS::CloudWatch::Alarm', { ...errors, AlarmName: undefined }, 'Leaving');
    watch.putMetric('AWS/SageMaker', 'Invocation5XXErrors', { EndpointName: 'loan-default' }, 1);
    await close();
    await open();
    const applied = await apply('AWS::CloudWatch::Alarm', { ...errors, Threshold: '0' });
    expect(applied).toEqual({
      ref: 'errors',
      attributes: { Arn: 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:errors' },
    });
    await watch.start?.();
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms.map(({ AlarmName, StateValue, Threshold }) => [AlarmName, StateValue, Threshold])).toEqual([
      ['errors', 'ALARM', 0],
    ]);
  });

  test('an alarm on an expression is kept, unjudged, with a warning', async () => {
    await apply('AWS::CloudWatch::Alarm', { Metrics: [{ Id: 'e', Expression: 'a/b' }], EvaluationPeriods: 1 }, 'Ratio');
    expect(await stateOf('Ratio')).toBe('INSUFFICIENT_DATA');
    expect(context.logs[0]).toMatchObject({ level: 'warn' });
  });

  test('a dashboard is recorded', async () => {
    const DashboardBody = JSON.stringify({ widgets: [] });
    await apply('AWS::CloudWatch::Dashboard', { DashboardName: 'tidegate', DashboardBody });
    expect((await client.send(new GetDashboardCommand({ DashboardName: 'tidegate' }))).DashboardBody).toBe(
      DashboardBody,
    );
  });
});

describe('the query protocol', () => {
  const ask = async (form: Record<string, string>) => {
    const reply = await fetch(door.endpoint, {
      method: 'POST',
      body: new URLSearchParams({ Version: '2010-08-01', ...form }),
    });
    return { status: reply.status, xml: await reply.text() };
  };
  test('puts data and describes alarms in XML', async () => {
    await client.send(new PutMetricAlarmCommand({ ...errors, AlarmDescription: 'a < b & c' }));
    await ask({
      Action: 'PutMetricData',
      Namespace: 'AWS/SageMaker',
      'MetricData.member.1.MetricName': 'Invocation5XXErrors',
      'MetricData.member.1.Value': '2',
      'MetricData.member.1.Timestamp': '2026-01-01T00:00:00Z',
      'MetricData.member.1.Dimensions.member.1.Name': 'EndpointName',
      'MetricData.member.1.Dimensions.member.1.Value': 'loan-default',
    });
    const { status, xml } = await ask({ Action: 'DescribeAlarms', 'AlarmNames.member.1': 'errors' });
    expect(status).toBe(200);
    for (const part of [
      '<DescribeAlarmsResult>',
      '<StateValue>ALARM</StateValue>',
      '<AlarmDescription>a &lt; b &amp; c</AlarmDescription>',
      '<StateUpdatedTimestamp>2026-01-01T00:00:00.000Z<',
    ])
      expect(xml).toContain(part);
  });
  test('tells errors in XML', async () => {
    const { status, xml } = await ask({
      Action: 'SetAlarmState',
      AlarmName: 'none',
      StateValue: 'OK',
      StateReason: 'x',
    });
    expect(status).toBe(404);
    expect(xml).toContain('<Code>ResourceNotFound</Code>');
  });
});
