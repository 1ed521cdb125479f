import type { RequestMembers } from '#src/cloud/request-members';

const ACTIONS = 'ActionsEnabled OKActions AlarmActions InsufficientDataActions';
const METRIC = 'Namespace MetricName Dimensions';
const QUERY = 'Id Expression Label ReturnData Period MetricStat{Metric Period Stat Unit}';

/** What CloudWatch acts on. */
export const cloudWatchMembers: RequestMembers = {
  model: 'cloudwatch',
  refusal: ['InvalidParameterValue', 400],
  inert: { 'MetricData.StorageResolution': 'every value keeps its own time, whatever the resolution' },
  reads: {
    DeleteAlarms: 'AlarmNames',
    DescribeAlarms: 'AlarmNames AlarmNamePrefix AlarmTypes StateValue ActionPrefix MaxRecords NextToken',
    GetDashboard: 'DashboardName',
    GetMetricData: `MetricDataQueries{${QUERY}} StartTime EndTime ScanBy MaxDatapoints NextToken`,
    GetMetricStatistics: `${METRIC} StartTime EndTime Period Statistics ExtendedStatistics Unit`,
    ListMetrics: `${METRIC} NextToken`,
    PutCompositeAlarm: `AlarmName AlarmDescription AlarmRule ${ACTIONS}`,
    PutMetricAlarm: `AlarmName AlarmDescription ${ACTIONS} ${METRIC} Statistic ExtendedStatistic Period Unit EvaluationPeriods
      DatapointsToAlarm Threshold ComparisonOperator TreatMissingData Metrics{${QUERY}}`,
    PutMetricData: 'Namespace MetricData{MetricName Dimensions Timestamp Value StatisticValues Values Counts Unit}',
    SetAlarmState: 'AlarmName StateValue StateReason',
  },
};
