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
  /** The alarm rings at this value and above. */
  readonly threshold: number;
}

/** Rings after one period of five minutes; a metric without values is quiet. The action is the optional topic. */
const alarm = ({ name, description, namespace, metric, dimension, statistic, threshold }: Watch): Resource => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: name,
    AlarmDescription: description,
    Namespace: namespace,
    MetricName: metric,
    Dimensions: [dimension],
    ...statistic,
    Period: 300,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: threshold,
    TreatMissingData: 'notBreaching',
    AlarmActions: { 'Fn::If': ['AlarmsHaveTopic', [ref('AlarmTopicArn')], ref('AWS::NoValue')] },
  },
});

const hour = 3_600_000;

/** How executions end badly, and what an alarm says of it. */
const endings = { Failed: 'failed', TimedOut: 'timed out', Aborted: 'was stopped' } as const;

/** Executions that take longer than a team would wait without asking; a machine's own time limit lies far above. */
const tooLong: Readonly<Record<string, number>> = { Retrain: 12 * hour, Deploy: 4 * hour };

/** What a failing function means beyond its retries. Errors alone are retried by the machines: three in five minutes are not. */
const functionWatches = { Errors: 3, Throttles: 1 } as const;

/** Functions that a machine waits with: they throw until what is waited for has happened. Their machine's alarm rings when it fails. */
const waitingFunctions = new Set([
  'awaitJob',
  'prepareDeployment',
  'deployEndpoint',
  'awaitEndpoint',
  'rollBackDeployment',
]);

/**
 * What somebody has to know: a machine that ended badly (a failed drift check among them), a slow run, a function that
 * errs or is throttled, and an event that could not be delivered.
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
