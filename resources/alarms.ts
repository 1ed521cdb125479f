import { outboxMetrics } from '../domain/slack/outbox-metrics.ts';
import { getAtt, type Resource, ref, type Value } from './cloudformation.ts';
import { capitalize, kebab } from './function-roles.ts';
import { machineSlug } from './machine-roles.ts';

interface Watch {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimension: { readonly Name: string; readonly Value: Value };
  readonly statistic: { readonly Statistic: 'Sum' | 'Maximum' } | { readonly ExtendedStatistic: 'p99' };
  /** The alarm threshold (inclusive). */
  readonly threshold: number;
  /** Seconds; five minutes if absent. */
  readonly period?: number;
}

/** Goes off after one period. Missing data does not. The action is the optional topic. */
const alarm = ({
  name,
  description,
  namespace,
  metric,
  dimension,
  statistic,
  threshold,
  period = 300,
}: Watch): Resource => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: name,
    AlarmDescription: description,
    Namespace: namespace,
    MetricName: metric,
    Dimensions: [dimension],
    ...statistic,
    Period: period,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: threshold,
    TreatMissingData: 'notBreaching',
    AlarmActions: { 'Fn::If': ['AlarmsHaveTopic', [ref('AlarmTopicArn')], ref('AWS::NoValue')] },
  },
});

const hour = 3_600_000;

/** Seconds that a message may wait for Slack. */
const longestWait = 600;

/** The ways an execution fails, with the alarm's text. */
const endings = { Failed: 'failed', TimedOut: 'timed out', Aborted: 'was stopped' } as const;

/** Longer executions raise an alarm. The machines' own timeouts are much longer. */
const tooLong: Readonly<Record<string, number>> = { Retrain: 12 * hour, Deploy: 4 * hour };

/** Alarms of functions. The machines retry single errors; three in five minutes raise an alarm. */
const functionWatches = { Errors: 3, Throttles: 1 } as const;

/** Functions used for waiting: they throw until the job or endpoint is done. The machine's alarm covers their failures. */
const waitingFunctions = new Set([
  'awaitJob',
  'registerModel',
  'prepareDeployment',
  'deployEndpoint',
  'awaitEndpoint',
  'rollBackDeployment',
]);

/**
 * Alarms for what a person must know: a failed machine (including a failed drift check), a slow run, a function with errors or
 * throttling, and an event that could not be delivered.
 */
export function alarms(
  stage: string,
  functions: readonly string[],
  machines: readonly string[],
): Record<string, Resource> {
  const machineDimension = (machine: string) => ({ Name: 'StateMachineArn', Value: ref(`${machine}StateMachine`) });
  const resources: Record<string, Resource> = {
    DeadLettersAlarm: alarm({
      name: `tidegate-${stage}-dead-letters`,
      description: 'An event or a schedule could not be delivered: read the message, fix the cause, send it again.',
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimension: { Name: 'QueueName', Value: getAtt('DeadLetterQueue', 'QueueName') },
      statistic: { Statistic: 'Maximum' },
      threshold: 1,
    }),
    MessagesWaitAlarm: alarm({
      name: `tidegate-${stage}-messages-wait`,
      description: `A message has waited for Slack for ${longestWait / 60} minutes or longer: "npx tidegate doctor --stage ${stage}" says why.`,
      namespace: outboxMetrics.namespace,
      metric: outboxMetrics.age,
      dimension: { Name: 'service', Value: outboxMetrics.service },
      statistic: { Statistic: 'Maximum' },
      threshold: longestWait,
      // longer than the longest pause between two looks, so that the alarm lasts as long as the trouble
      period: 900,
    }),
  };
  for (const machine of machines) {
    for (const [ending, words] of Object.entries(endings)) {
      resources[`${machine}${ending}Alarm`] = alarm({
        name: `tidegate-${stage}-${machineSlug(machine)}-${machineSlug(ending)}`,
        description: `An execution of ${machineSlug(machine)} ${words}.`,
        namespace: 'AWS/States',
        metric: `Executions${ending}`,
        dimension: machineDimension(machine),
        statistic: { Statistic: 'Sum' },
        threshold: 1,
      });
    }
  }
  for (const [machine, limit] of Object.entries(tooLong)) {
    resources[`${machine}SlowAlarm`] = alarm({
      name: `tidegate-${stage}-${machineSlug(machine)}-slow`,
      description: `An execution of ${machineSlug(machine)} took ${limit / hour} hours or more.`,
      namespace: 'AWS/States',
      metric: 'ExecutionTime',
      dimension: machineDimension(machine),
      statistic: { ExtendedStatistic: 'p99' },
      threshold: limit,
    });
  }
  for (const name of functions) {
    for (const [metric, threshold] of Object.entries(functionWatches)) {
      if (metric === 'Errors' && waitingFunctions.has(name)) continue;
      resources[`${capitalize(name)}${metric}Alarm`] = alarm({
        name: `tidegate-${stage}-${kebab(name)}-${metric.toLowerCase()}`,
        description: `${capitalize(name)}: ${threshold} or more ${metric.toLowerCase()} within five minutes.`,
        namespace: 'AWS/Lambda',
        metric,
        dimension: { Name: 'FunctionName', Value: ref(`${capitalize(name)}LambdaFunction`) },
        statistic: { Statistic: 'Sum' },
        threshold,
      });
    }
  }
  return resources;
}
