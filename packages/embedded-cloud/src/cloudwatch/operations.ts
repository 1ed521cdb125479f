import type { Operation } from '#src/cloud/json-operations';
import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, optionalText, requiredText, textList } from '#src/cloud/read-members';
import { AwsError, type CloudContext } from '#src/cloud/service';
import type { AlarmState } from './alarm-evaluation.ts';
import { describedAlarms } from './alarm-listing.ts';
import { parseAlarmRule } from './alarm-rule-expression.ts';
import type { Alarm, AlarmStore } from './alarm-store.ts';
import { checkDatum, checkEntries, checkNamespace } from './limits.ts';
import { listedMetrics } from './metric-listing.ts';
import { getMetricData, getMetricStatistics } from './metric-queries.ts';
import type { MetricStore } from './metric-store.ts';
import { compositeRule, type Monitor } from './monitor.ts';
import { readAlarmRule, readData } from './read-input.ts';
import { readMetric } from './read-metric.ts';

const states: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
const number = (value: unknown): unknown => (value === undefined ? undefined : Number(value));

/** An alarm as DescribeAlarms shows it: the settings with numbers as numbers, and the state. */
function describe(alarm: Alarm, arn: string): Record<string, unknown> {
  const { Tags: _, ...settings } = alarm.settings;
  const actions = (name: string) => settings[name] ?? [];
  return {
    ...settings,
    AlarmName: alarm.name,
    AlarmArn: arn,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.updatedAt),
    ActionsEnabled: String(settings['ActionsEnabled'] ?? true) !== 'false',
    OKActions: actions('OKActions'),
    AlarmActions: actions('AlarmActions'),
    InsufficientDataActions: actions('InsufficientDataActions'),
    ...(compositeRule(alarm) === undefined && { Dimensions: actions('Dimensions') }),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: new Date(alarm.stateUpdatedAt),
    ...Object.fromEntries(
      ['Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold']
        .filter((name) => settings[name] !== undefined)
        .map((name) => [name, number(settings[name])]),
    ),
  };
}

/** The operations of CloudWatch metrics and alarms by name. */
export function cloudWatchOperations(
  context: CloudContext,
  { metrics, alarms, watch }: { readonly metrics: MetricStore; readonly alarms: AlarmStore; readonly watch: Monitor },
): Readonly<Record<string, Operation>> {
  const { clock } = context;
  const anywhere = (action: string) => () => [{ action: `cloudwatch:${action}`, resource: '*' }];
  const onAlarms = (action: string, names: (input: JsonObject) => readonly string[]) => (input: JsonObject) => {
    const wanted = names(input);
    const resources = wanted.length > 0 ? wanted : ['*'];
    return resources.map((name) => ({ action: `cloudwatch:${action}`, resource: watch.alarmArn(name) }));
  };
  const alarmName = (input: JsonObject) => [requiredText(input, 'AlarmName')];
  const existing = (name: string): Alarm => {
    const alarm = alarms.get(name);
    if (!alarm) throw new AwsError('ResourceNotFound', `Alarm ${name} does not exist`, 404);
    return alarm;
  };

  return {
    PutMetricData: {
      authorize: (input) => [
        {
          action: 'cloudwatch:PutMetricData',
          resource: '*',
          context: { 'cloudwatch:namespace': requiredText(input, 'Namespace') },
        },
      ],
      run: (input) => {
        const namespace = requiredText(input, 'Namespace');
        checkNamespace(namespace);
        checkEntries(input);
        const entries = objectList(input, 'MetricData').map((entry) => ({
          metric: readMetric(entry, namespace),
          data: readData(entry, clock.now()),
        }));
        for (const { metric, data } of entries) checkDatum(metric, data, clock.now());
        for (const { metric, data } of entries) watch.put(metric, data);
      },
    },
    GetMetricData: { authorize: anywhere('GetMetricData'), run: (input) => getMetricData(metrics, input) },
    GetMetricStatistics: {
      authorize: anywhere('GetMetricStatistics'),
      run: (input) => getMetricStatistics(metrics, input),
    },
    ListMetrics: {
      authorize: anywhere('ListMetrics'),
      run: (input) => {
        const { items, next } = listedMetrics(input, metrics.list(optionalText(input, 'Namespace')));
        return {
          Metrics: items.map((metric) => ({
            Namespace: metric.namespace,
            MetricName: metric.name,
            Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
          })),
          ...(next !== undefined && { NextToken: next }),
        };
      },
    },
    PutMetricAlarm: {
      authorize: onAlarms('PutMetricAlarm', alarmName),
      run: (input) => {
        readAlarmRule(input);
        alarms.put(requiredText(input, 'AlarmName'), input, false, clock.now());
      },
    },
    PutCompositeAlarm: {
      authorize: onAlarms('PutCompositeAlarm', alarmName),
      run: (input) => {
        parseAlarmRule(requiredText(input, 'AlarmRule'));
        alarms.put(requiredText(input, 'AlarmName'), input, false, clock.now());
        watch.judge(existing(requiredText(input, 'AlarmName')));
      },
    },
    DescribeAlarms: {
      authorize: onAlarms('DescribeAlarms', (input) => textList(input, 'AlarmNames')),
      run: (input) => {
        const { alarms: found, next } = describedAlarms(input, alarms.list(), watch.judge);
        const shown = (of: readonly Alarm[]) => of.map((alarm) => describe(alarm, watch.alarmArn(alarm.name)));
        return {
          CompositeAlarms: shown(found.CompositeAlarm),
          MetricAlarms: shown(found.MetricAlarm),
          ...(next !== undefined && { NextToken: next }),
        };
      },
    },
    SetAlarmState: {
      authorize: onAlarms('SetAlarmState', alarmName),
      run: (input) => {
        const state = requiredText(input, 'StateValue');
        if (!states.includes(state))
          throw new AwsError('InvalidParameterValue', `StateValue must be one of ${states.join(', ')}`);
        watch.setState(
          existing(requiredText(input, 'AlarmName')),
          state as AlarmState,
          requiredText(input, 'StateReason'),
        );
      },
    },
    DeleteAlarms: {
      authorize: onAlarms('DeleteAlarms', (input) => textList(input, 'AlarmNames')),
      run: (input) => {
        const found = textList(input, 'AlarmNames').map(existing);
        for (const { name } of found) alarms.remove(name);
      },
    },
    GetDashboard: {
      authorize: (input) => [
        {
          action: 'cloudwatch:GetDashboard',
          resource: `arn:aws:cloudwatch::${context.accountId}:dashboard/${requiredText(input, 'DashboardName')}`,
        },
      ],
      run: (input) => {
        const name = requiredText(input, 'DashboardName');
        const body = alarms.dashboard(name);
        if (body === undefined) throw new AwsError('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
        return {
          DashboardName: name,
          DashboardBody: body,
          DashboardArn: `arn:aws:cloudwatch::${context.accountId}:dashboard/${name}`,
        };
      },
    },
  };
}
