import { type Resource, sub } from './cloudformation.ts';
import { machineSlug } from './machine-roles.ts';

type Metric = readonly (string | { readonly [option: string]: string })[];

/** One dashboard per stage: outcomes and durations of runs, metrics of functions and endpoints. */
export function dashboard(
  stage: string,
  functions: readonly string[],
  machines: readonly string[],
  pipelines: readonly string[],
): Record<string, Resource> {
  const machineMetric = (metric: string, machine: string, label: string): Metric => [
    'AWS/States',
    metric,
    'StateMachineArn',
    `\${${machine}StateMachine}`,
    { label },
  ];
  const functionMetric = (metric: string): Metric[] =>
    functions.map((name) => ['AWS/Lambda', metric, 'FunctionName', `tidegate-${stage}-${name}`, { label: name }]);
  const endpointMetric = (metric: string): Metric[] =>
    pipelines.map((name) => [
      'AWS/SageMaker',
      metric,
      'EndpointName',
      `tidegate-${stage}-${name}`,
      'VariantName',
      'AllTraffic',
      { label: name },
    ]);
  const failures = ['Failed', 'TimedOut', 'Aborted'];
  const charts: readonly { title: string; stat: string; metrics: readonly Metric[] }[] = [
    {
      title: 'Executions started',
      stat: 'Sum',
      metrics: machines.map((m) => machineMetric('ExecutionsStarted', m, machineSlug(m))),
    },
    {
      title: 'Failed executions',
      stat: 'Sum',
      metrics: machines.flatMap((m) =>
        failures.map((end) => machineMetric(`Executions${end}`, m, `${machineSlug(m)} ${machineSlug(end)}`)),
      ),
    },
    {
      title: 'Execution time, p99 (ms)',
      stat: 'p99',
      metrics: machines.map((m) => machineMetric('ExecutionTime', m, machineSlug(m))),
    },
    { title: 'Function errors', stat: 'Sum', metrics: functionMetric('Errors') },
    { title: 'Function duration, p99 (ms)', stat: 'p99', metrics: functionMetric('Duration') },
    { title: 'Function throttles', stat: 'Sum', metrics: functionMetric('Throttles') },
    { title: 'Endpoint invocations', stat: 'Sum', metrics: endpointMetric('Invocations') },
    { title: 'Endpoint model latency, p99 (µs)', stat: 'p99', metrics: endpointMetric('ModelLatency') },
    { title: 'Endpoint errors (5XX)', stat: 'Sum', metrics: endpointMetric('Invocation5XXErrors') },
  ];
  const widgets = charts.map(({ title, stat, metrics }, index) => ({
    type: 'metric',
    x: (index % 3) * 8,
    y: Math.floor(index / 3) * 6,
    width: 8,
    height: 6,
    properties: { title, stat, metrics, period: 300, region: '${AWS::Region}', view: 'timeSeries' },
  }));
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      // Dashboards belong to the account, not to a region, so the name says which region it shows.
      Properties: {
        DashboardName: sub(`tidegate-${stage}-\${AWS::Region}`),
        DashboardBody: sub(JSON.stringify({ widgets })),
      },
    },
  };
}
