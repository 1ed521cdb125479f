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
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CloudService } from '#src/cloud/service';
import { type CloudWatch, createCloudWatch } from '#src/cloudwatch/service';
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
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-cloudwatch-'));
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
  watch.resources?.[type]?.apply({ logicalId, type, stackName: 'shop', properties });

describe('metrics', () => {
  const window = { StartTime: new Date(Date.UTC(2025, 11, 31)), EndTime: new Date(Date.UTC(2026, 0, 2)) };
  test('values, repeated values and statistic sets add up', async () => {
    await client.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
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
        Namespace: 'Shop',
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
    const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: 'Shop' }));
    expect(Metrics).toHaveLength(2);
    expect(door.calls[0]?.authorize).toEqual([
      { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'Shop' } },
    ]);
  });

  test('a large request comes gzipped and is read all the same; metrics survive a restart', async () => {
    const MetricData = Array.from({ length: 500 }, (_, i) => ({ MetricName: 'Latency', Value: i + 1, Dimensions }));
    await client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    await close();
    await open();
    const stat = (Id: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Latency', Dimensions }, Period: 300, Stat },
    });
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({ MetricDataQueries: [stat('p', 'p99'), stat('n', 'SampleCount')], ...window }),
    );
    expect(MetricDataResults.map(({ Id, Values }) => [Id, Values])).toEqual([
      ['p', [495]],
      ['n', [500]],
    ]);
  });

  test('a value is required, and what an expression names', async () => {
    await expect(
      client.send(new PutMetricDataCommand({ Namespace: 'T', MetricData: [{ MetricName: 'x' }] })),
    ).rejects.toThrow(/Value/);
    const query = new GetMetricDataCommand({ MetricDataQueries: [{ Id: 'e', Expression: 'a+b' }], ...window });
    await expect(client.send(query)).rejects.toThrow(/'a\+b'.*no query has the Id a/);
  });

  test('expressions are answered over other queries', async () => {
    const at = (minute: number) => new Date(context.clock.now() - minute * 60_000);
    const put = (MetricName: string, values: readonly number[]) =>
      client.send(
        new PutMetricDataCommand({
          Namespace: 'Shop',
          MetricData: values.map((Value, minute) => ({ MetricName, Value, Timestamp: at(minute) })),
        }),
      );
    await put('Errors', [1, 0, 3]);
    await put('Calls', [10, 20, 0]);
    const stat = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries: [stat('e', 'Errors'), stat('c', 'Calls'), { Id: 'rate', Expression: '100 * e / c' }],
        ...window,
      }),
    );
    expect(MetricDataResults).toMatchObject([{ Id: 'rate', Values: [10, 0], Timestamps: [at(0), at(1)] }]);
  });

  test.each([
    ['a namespace of AWS', { Namespace: 'AWS/Lambda' }, /begins with AWS/],
    ['more than 1000 metrics', { MetricData: Array(1001).fill({ MetricName: 'x', Value: 1 }) }, /at most 1000/],
    ['a time three weeks back', { MetricData: [{ MetricName: 'x', Value: 1, Timestamp: new Date(0) }] }, /two weeks/],
    ['a value beyond 2^360', { MetricData: [{ MetricName: 'x', Value: 2 ** 361 }] }, /2\^360/],
    ['a unit of its own', { MetricData: [{ MetricName: 'x', Value: 1, Unit: 'Rows' as 'None' }] }, /Rows/],
    ['151 values', { MetricData: [{ MetricName: 'x', Values: Array(151).fill(1) }] }, /at most 150/],
    ['values without as many counts', { MetricData: [{ MetricName: 'x', Values: [1, 2], Counts: [1] }] }, /Counts/],
    [
      '31 dimensions',
      {
        MetricData: [
          {
            MetricName: 'x',
            Value: 1,
            Dimensions: Array.from({ length: 31 }, (_, i) => ({ Name: `d${i}`, Value: 'v' })),
          },
        ],
      },
      /at most 30/,
    ],
  ])('%s is refused', async (_what, change, message) => {
    const input = { Namespace: 'Shop', MetricData: [{ MetricName: 'x', Value: 1 }], ...change };
    await expect(client.send(new PutMetricDataCommand(input))).rejects.toThrow(message);
  });
});

describe('alarms', () => {
  test('go off with the data and recover without it, and send an event each time', async () => {
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

  test('call the scaling policies among their actions while they are in ALARM, and nothing else', async () => {
    const policy =
      'arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:id:resource/sagemaker/x:policyName/wake';
    const called: string[] = [];
    const execute = async (arn: string) => {
      called.push(arn);
      if (called.length === 1) throw new Error('changing');
    };
    await close();
    context = fakeContext(stateDir, {
      service: <T extends CloudService>(name: string) => {
        if (name !== 'application-autoscaling') throw new Error(`no service ${name}`);
        return { execute } as unknown as T;
      },
    });
    await open();
    const AlarmActions = ['arn:aws:sns:eu-central-1:123456789012:team', policy];
    const put = (more: object) => client.send(new PutMetricAlarmCommand({ ...errors, AlarmActions, ...more }));
    const fail = () => watch.putMetric('AWS/SageMaker', 'Invocation5XXErrors', { EndpointName: 'loan-default' }, 1);
    await put({});
    expect(called).toEqual([]);
    fail();
    fail();
    expect(called).toEqual([policy, policy]);
    await put({ ActionsEnabled: false });
    fail();
    expect(called).toHaveLength(2);
  });

  test('on an expression go off as its value does', async () => {
    const stat = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const { Threshold, EvaluationPeriods, ComparisonOperator, TreatMissingData } = errors;
    const ratio = (Expression: string) =>
      new PutMetricAlarmCommand({
        AlarmName: 'ratio',
        ...{ Threshold, EvaluationPeriods, ComparisonOperator, TreatMissingData },
        Metrics: [stat('e', 'Errors'), stat('c', 'Calls'), { Id: 'r', Expression }],
      });
    await client.send(ratio('IF(c > 10, e / c, 0)'));
    watch.putMetric('Shop', 'Errors', {}, 5);
    watch.putMetric('Shop', 'Calls', {}, 10);
    expect(await stateOf('ratio')).toBe('OK');
    watch.putMetric('Shop', 'Calls', {}, 10);
    expect(await stateOf('ratio')).toBe('ALARM');
    await expect(client.send(ratio('r + 1'))).rejects.toThrow(/no query has the Id r/);
    await expect(client.send(ratio('ANOMALY_DETECTION_BAND(e)'))).rejects.toThrow(/is not emulated/);
  });

  test('of several alarms follow their states', async () => {
    await client.send(new PutMetricAlarmCommand(errors));
    await client.send(new PutMetricAlarmCommand({ ...errors, AlarmName: 'silenced', MetricName: 'Maintenance' }));
    const composite = (AlarmName: string, AlarmRule: string) =>
      client.send(new PutCompositeAlarmCommand({ AlarmName, AlarmRule }));
    await composite('page', 'ALARM("errors") AND NOT ALARM(silenced)');
    await composite('page-twice', 'ALARM(page) OR (FALSE AND OK(errors))');
    const states = async () => {
      const { CompositeAlarms = [], MetricAlarms = [] } = await client.send(
        new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }),
      );
      expect(MetricAlarms).toEqual([]);
      return CompositeAlarms.map(({ StateValue }) => StateValue);
    };
    const put = (metric: string, value: number) =>
      watch.putMetric('AWS/SageMaker', metric, { EndpointName: 'loan-default' }, value);
    expect(await states()).toEqual(['OK', 'OK']);
    put('Invocation5XXErrors', 1);
    expect(await states()).toEqual(['ALARM', 'ALARM']);
    put('Maintenance', 1);
    expect(await states()).toEqual(['OK', 'OK']);
    await expect(composite('bad', 'ALARM(errors) XOR OK(errors)')).rejects.toThrow(/AlarmRule must not contain "XOR"/);
  });

  test('a state set by hand lasts one period', async () => {
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

  test('a dashboard is recorded', async () => {
    const DashboardBody = JSON.stringify({ widgets: [] });
    await apply('AWS::CloudWatch::Dashboard', { DashboardName: 'shop', DashboardBody });
    expect((await client.send(new GetDashboardCommand({ DashboardName: 'shop' }))).DashboardBody).toBe(DashboardBody);
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
    await client.send(new PutMetricAlarmCommand({ ...errors, Namespace: 'Shop', AlarmDescription: 'a < b & c' }));
    await ask({
      Action: 'PutMetricData',
      Namespace: 'Shop',
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
  test('returns errors in XML', async () => {
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

describe('lists and answers in pages', () => {
  test('of alarms, by name and by the beginning of an action', async () => {
    for (const name of ['a', 'b', 'c']) {
      const actions = name === 'b' ? { AlarmActions: ['arn:aws:sns:eu-central-1:123456789012:page'] } : {};
      await client.send(new PutMetricAlarmCommand({ ...errors, AlarmName: name, ...actions }));
    }
    const names = ({ MetricAlarms = [] }: { MetricAlarms?: { AlarmName?: string | undefined }[] | undefined }) =>
      MetricAlarms.map(({ AlarmName }) => AlarmName);
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    expect(names(first)).toEqual(['a', 'b']);
    const rest = await client.send(new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }));
    expect([names(rest), rest.NextToken]).toEqual([['c'], undefined]);
    expect(names(await client.send(new DescribeAlarmsCommand({ ActionPrefix: 'arn:aws:sns' })))).toEqual(['b']);
    await expect(client.send(new DescribeAlarmsCommand({ MaxRecords: 101 }))).rejects.toThrow('between 1 and 100');
    await expect(client.send(new DescribeAlarmsCommand({ NextToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
    await expect(client.send(new DescribeAlarmsCommand({ AlarmNames: ['a'], AlarmNamePrefix: 'a' }))).rejects.toThrow(
      'cannot be given together with AlarmNames',
    );
  });

  const put = (MetricName: string, Value: number, more = {}) =>
    client.send(new PutMetricDataCommand({ Namespace: 'shop', MetricData: [{ MetricName, Value, ...more }] }));

  test('of metrics, by dimensions', async () => {
    await put('sales', 1, { Dimensions: [{ Name: 'Store', Value: 'n' }] });
    await put('sales', 1, { Dimensions: [{ Name: 'Store', Value: 's' }] });
    await put('visits', 1);
    const list = async (more = {}) =>
      (await client.send(new ListMetricsCommand({ Namespace: 'shop', ...more }))).Metrics;
    expect(await list()).toHaveLength(3);
    expect(await list({ Dimensions: [{ Name: 'Store' }] })).toHaveLength(2);
    expect(await list({ Dimensions: [{ Name: 'Store', Value: 's' }] })).toHaveLength(1);
    await expect(list({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
    for (let n = 0; n < 500; n += 1) watch.putMetric('many', `m${n}`, {}, 1);
    const first = await client.send(new ListMetricsCommand({ Namespace: 'many' }));
    expect([first.Metrics?.length, first.NextToken]).toEqual([500, undefined]);
    watch.putMetric('many', 'one more', {}, 1);
    const { NextToken } = await client.send(new ListMetricsCommand({ Namespace: 'many' }));
    expect(await list({ Namespace: 'many', NextToken })).toHaveLength(1);
  });

  test('of data points, over all queries', async () => {
    const start = context.clock.now();
    for (let minute = 0; minute < 3; minute += 1) {
      await put('sales', minute);
      await put('visits', 10 + minute);
      await context.clock.advance(60_000);
    }
    const query = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'shop', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const MetricDataQueries = [query('a', 'sales'), query('b', 'visits')];
    const span = { StartTime: new Date(start), EndTime: new Date(context.clock.now()) };
    const ask = (more = {}) =>
      client.send(new GetMetricDataCommand({ MetricDataQueries, ...span, MaxDatapoints: 4, ...more }));
    const first = await ask();
    const shown = ({ MetricDataResults = [] }: Awaited<ReturnType<typeof ask>>) =>
      MetricDataResults.map(({ Values, StatusCode }) => [Values, StatusCode]);
    expect(shown(first)).toEqual([
      [[2, 1, 0], 'Complete'],
      [[12], 'PartialData'],
    ]);
    const rest = await ask({ NextToken: first.NextToken });
    expect([shown(rest), rest.NextToken]).toEqual([
      [
        [[], 'Complete'],
        [[11, 10], 'Complete'],
      ],
      undefined,
    ]);
    await expect(ask({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });

  test('values of another unit are left out where a unit is asked for', async () => {
    const start = context.clock.now();
    await put('size', 1, { Unit: 'Bytes' });
    await put('size', 5, { Unit: 'Count' });
    await context.clock.advance(60_000);
    const span = { StartTime: new Date(start), EndTime: new Date(context.clock.now()), Period: 60 };
    const sum = async (more = {}) =>
      (
        await client.send(
          new GetMetricStatisticsCommand({
            Namespace: 'shop',
            MetricName: 'size',
            Statistics: ['Sum'],
            ...span,
            ...more,
          }),
        )
      ).Datapoints?.map(({ Sum }) => Sum);
    expect(await sum()).toEqual([6]);
    expect(await sum({ Unit: 'Bytes' })).toEqual([1]);
  });
});
