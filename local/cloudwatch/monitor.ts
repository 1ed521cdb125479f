import type { DatabaseSync } from 'node:sqlite';
import type { EventOutbox } from '#local/cloud/event-outbox';
import type { CloudContext } from '#local/cloud/service';
import { inTransaction } from '#local/cloud/sqlite';
import { type AlarmState, evaluateAlarm, evaluationStart } from './alarm-evaluation.ts';
import type { Alarm, AlarmStore } from './alarm-store.ts';
import type { Datum, Metric, MetricStore } from './metric-store.ts';
import { readAlarmRule } from './read-input.ts';

/** Takes metrics and keeps alarms up to date with them. */
export interface Monitor {
  alarmArn(name: string): string;
  put(metric: Metric, data: readonly Datum[]): void;
  /** The alarm as it stands now, judged anew. */
  judge(alarm: Alarm): Alarm;
  /** Sets a state by hand; it holds for one period. */
  setState(alarm: Alarm, state: AlarmState, reason: string): void;
}

const sameMetric = (a: Metric, b: Metric): boolean =>
  a.namespace === b.namespace &&
  a.name === b.name &&
  Object.keys(a.dimensions).length === Object.keys(b.dimensions).length &&
  Object.entries(a.dimensions).every(([name, value]) => b.dimensions[name] === value);

/** @param outbox of the database that holds the alarms */
export function monitor(
  context: CloudContext,
  db: DatabaseSync,
  metrics: MetricStore,
  alarms: AlarmStore,
  outbox: EventOutbox,
): Monitor {
  const { accountId, region, clock } = context;
  const alarmArn = (name: string) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

  const move = (alarm: Alarm, state: AlarmState, reason: string, heldUntil: number): void => {
    const now = clock.now();
    const at = (time: number) => new Date(time).toISOString().replace('Z', '+0000');
    inTransaction(db, () => {
      alarms.setState(alarm.name, state, reason, now, heldUntil);
      if (state === alarm.state) return;
      outbox.add({
        source: 'aws.cloudwatch',
        'detail-type': 'CloudWatch Alarm State Change',
        resources: [alarmArn(alarm.name)],
        detail: {
          alarmName: alarm.name,
          state: { value: state, reason, timestamp: at(now) },
          previousState: { value: alarm.state, reason: alarm.reason, timestamp: at(alarm.stateUpdatedAt) },
          configuration: { description: alarm.settings['AlarmDescription'] ?? null },
        },
      });
    });
    outbox.send();
  };

  const judge = (alarm: Alarm): Alarm => {
    const now = clock.now();
    const watched = now < alarm.heldUntil ? undefined : readAlarmRule(alarm.settings);
    if (!watched) return alarm;
    const { metric, rule } = watched;
    const data = metrics.read(metric, evaluationStart(rule, now), now + 1);
    const state = evaluateAlarm(rule, data, now);
    if (state !== undefined && state !== alarm.state) {
      const reason = `Threshold Crossed: ${rule.statistic} of ${metric.name} held against ${rule.threshold} over ${rule.evaluationPeriods} period(s) of ${rule.period / 1000} s.`;
      move(alarm, state, reason, 0);
    }
    return alarms.get(alarm.name) ?? alarm;
  };

  return {
    alarmArn,
    judge,
    put: (metric, data) => {
      metrics.put(metric, data);
      for (const alarm of alarms.list()) {
        const watched = readAlarmRule(alarm.settings);
        if (watched && sameMetric(watched.metric, metric)) judge(alarm);
      }
    },
    setState: (alarm, state, reason) => {
      const period = readAlarmRule(alarm.settings)?.rule.period ?? 60_000;
      move(alarm, state, reason, clock.now() + period);
    },
  };
}
