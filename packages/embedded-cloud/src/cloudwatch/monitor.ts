import type { DatabaseSync } from 'node:sqlite';
import type { AutoScaling } from '#src/application-autoscaling/scaled-endpoints';
import type { EventOutbox } from '#src/cloud/event-outbox';
import { findService } from '#src/cloud/find-service';
import type { CloudContext } from '#src/cloud/service';
import { inTransaction } from '#src/cloud/sqlite';
import { type AlarmState, evaluateAlarm, evaluationStart } from './alarm-evaluation.ts';
import { alarmsOf, parseAlarmRule, ruleHolds } from './alarm-rule-expression.ts';
import type { Alarm, AlarmStore } from './alarm-store.ts';
import type { Datum, Metric, MetricStore } from './metric-store.ts';
import { readAlarmRule } from './read-input.ts';

/** Takes metrics and keeps alarms up to date with them. */
export interface Monitor {
  alarmArn(name: string): string;
  put(metric: Metric, data: readonly Datum[]): void;
  /** The alarm in its current state, evaluated again. */
  judge(alarm: Alarm): Alarm;
  /** Sets a state by hand; it holds for one period. */
  setState(alarm: Alarm, state: AlarmState, reason: string): void;
}

/** The rule of a composite alarm; undefined for one on metrics. */
export const compositeRule = ({ settings }: Pick<Alarm, 'settings'>): string | undefined =>
  typeof settings['AlarmRule'] === 'string' ? settings['AlarmRule'] : undefined;

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

  /**
   * Calls the scaling policies among an alarm's actions, and again each time it is judged to be in ALARM still (CloudWatch User Guide,
   * "Alarm actions": once a minute). Other actions are not carried out.
   */
  const act = ({ name, settings }: Alarm): void => {
    const actions = settings['AlarmActions'];
    if (settings['ActionsEnabled'] === false || !Array.isArray(actions)) return;
    for (const action of actions.map(String).filter((arn) => arn.includes(':scalingPolicy:'))) {
      findService<AutoScaling>(context, 'application-autoscaling')
        ?.execute(action)
        .catch((error: unknown) => context.log('warn', `the action of alarm ${name} failed`, { error: String(error) }));
    }
  };

  const judgeMetrics = (alarm: Alarm, now: number): void => {
    const { rule, points } = readAlarmRule(alarm.settings);
    const state = evaluateAlarm(rule, points(metrics.read, evaluationStart(rule, now), now + 1), now);
    if ((state ?? alarm.state) === 'ALARM') act(alarm);
    if (state === undefined || state === alarm.state) return;
    const reason = `Threshold Crossed: ${rule.statistic} compared with ${rule.threshold} over ${rule.evaluationPeriods} period(s) of ${rule.period / 1000} s.`;
    move(alarm, state, reason, 0);
  };

  /** A composite alarm uses the current states of the others; in a cycle each waits for the other's next change. */
  const judgeRule = (alarm: Alarm, rule: string): void => {
    const holds = ruleHolds(parseAlarmRule(rule), (name) => alarms.get(name)?.state);
    const state = holds ? 'ALARM' : 'OK';
    if (state !== alarm.state) move(alarm, state, `${rule} is ${holds ? 'fulfilled' : 'not fulfilled'}`, 0);
  };

  const judge = (alarm: Alarm): Alarm => {
    const now = clock.now();
    if (now < alarm.heldUntil) return alarm;
    const rule = compositeRule(alarm);
    if (rule === undefined) judgeMetrics(alarm, now);
    else {
      for (const name of alarmsOf(parseAlarmRule(rule))) {
        const child = alarms.get(name);
        if (child && compositeRule(child) === undefined) judge(child);
      }
      judgeRule(alarm, rule);
    }
    return alarms.get(alarm.name) ?? alarm;
  };

  /** After a change: composite alarms may depend on one another, so repeat as often as there are composite alarms. */
  const judgeComposites = (): void => {
    const composites = alarms.list().filter((alarm) => compositeRule(alarm) !== undefined);
    for (const _ of composites) {
      for (const { name } of composites) {
        const alarm = alarms.get(name);
        const rule = alarm && compositeRule(alarm);
        if (alarm && rule !== undefined && clock.now() >= alarm.heldUntil) judgeRule(alarm, rule);
      }
    }
  };

  return {
    alarmArn,
    judge,
    put: (metric, data) => {
      metrics.put(metric, data);
      for (const alarm of alarms.list()) {
        if (compositeRule(alarm) !== undefined) continue;
        if (readAlarmRule(alarm.settings).metrics.some((watched) => sameMetric(watched, metric))) judge(alarm);
      }
      judgeComposites();
    },
    setState: (alarm, state, reason) => {
      const period = compositeRule(alarm) === undefined ? readAlarmRule(alarm.settings).rule.period : 60_000;
      move(alarm, state, reason, clock.now() + period);
      judgeComposites();
    },
  };
}
