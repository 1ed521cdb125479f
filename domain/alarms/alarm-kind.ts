import type { Task } from '#schemas/records/task';

/** What a roll-out's alarms watch. */
export interface Watched {
  readonly endpointName: string;
  /** The config that is being rolled out. */
  readonly endpointConfigName: string;
  readonly variantName: string;
  /** The config that it replaces. */
  readonly previousConfigName: string;
}

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** What an alarm on one metric chooses of PutMetricAlarm's request (CloudWatch API Reference). */
interface MetricRule {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly Dimension[];
  readonly Statistic?: 'Average' | 'Maximum';
  readonly ExtendedStatistic?: 'p99';
  readonly Threshold: number;
}

/** A metric of an expression, or the expression (CloudWatch API Reference, MetricDataQuery). */
interface MetricQuery {
  readonly Id: string;
  readonly ReturnData: boolean;
  readonly Expression?: string;
  readonly Label?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly Dimension[];
    };
    readonly Period: number;
    readonly Stat: 'Average' | 'SampleCount';
  };
}

/** What an alarm on an expression over several metrics chooses. */
interface ExpressionRule {
  readonly Metrics: readonly MetricQuery[];
  readonly Threshold: number;
}

export type AlarmRule = MetricRule | ExpressionRule;

/** The period of every alarm, in seconds. */
export const alarmPeriod = 60;

/** A kind of alarm that watches a roll-out. SageMaker goes back to the former model when one goes off. */
export interface AlarmKind<Name extends string = string> {
  /** Its key below `deployment.alarms`. */
  readonly name: Name;
  /** What sets it off, with the unit of its limit. */
  readonly summary: string;
  /** The unit of its limit, for messages. */
  readonly unit: string;
  readonly example: number;
  /** The limit where the pipeline sets none; undefined for a kind that only a pipeline chooses. */
  readonly usual?: number;
  /** The largest limit that means anything. */
  readonly max: number;
  /** The tasks whose models it can watch; undefined: all. */
  readonly tasks?: readonly Task[];
  /** An asynchronous endpoint does not publish its metric. */
  readonly realTimeOnly?: true;
  rule(limit: number, watched: Watched): AlarmRule;
}

export const named = (dimensions: Readonly<Record<string, string>>): Dimension[] =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

/**
 * The invocation metrics of the new fleet alone. Without the dimension EndpointConfigName an alarm would watch both fleets (SageMaker
 * Developer Guide, "Auto-rollback configuration and monitoring").
 */
export const newFleet = ({ endpointName, endpointConfigName, variantName }: Watched) => ({
  Namespace: 'AWS/SageMaker',
  Dimensions: named({
    EndpointName: endpointName,
    EndpointConfigName: endpointConfigName,
    VariantName: variantName,
  }),
});

/** The instance metrics of a variant, of whatever fleet (SageMaker Developer Guide, "SageMaker AI endpoint metrics"). */
export const instances = ({ endpointName, variantName }: Watched) => ({
  Namespace: '/aws/sagemaker/Endpoints',
  Dimensions: named({ EndpointName: endpointName, VariantName: variantName }),
});
