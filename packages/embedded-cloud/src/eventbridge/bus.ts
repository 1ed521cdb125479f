import type { BusEvent, CloudContext } from '#src/cloud/service';
import { type EventEnvelope, envelope } from './envelope.ts';
import { underFault } from './faults.ts';
import type { Delivery, Outbox } from './outbox.ts';
import type { Rule, RuleStore, Target } from './rule-store.ts';
import { describeFailure } from './target-call.ts';
import { targetInput } from './target-input.ts';
import { isManaged } from './validation.ts';

/** The default event bus: finds the rules an event matches and hands their targets to the outbox. */
export interface EventBus {
  /** `arn:aws:events:<region>:<account>`. */
  readonly accountArn: string;
  readonly arn: string;
  ruleArn(name: string): string;
  /**
   * Accepts an event: its deliveries are stored when this returns.
   * @param time milliseconds since the epoch, now by default
   * @param id given when the event is sent again
   * @returns the event's id
   */
  accept(event: BusEvent, time?: number, id?: string): string;
  /** Sends the "Scheduled Event" of each rule that is due. */
  fireDue(now: number): void;
}

export function eventBus(context: CloudContext, rules: RuleStore, box: Outbox): EventBus {
  const { accountId, region, clock } = context;
  const root = `arn:aws:events:${region}:${accountId}`;
  const ruleArn = (name: string) => `${root}:rule/${name}`;

  const toDelivery = (rule: Rule, target: Target, event: EventEnvelope): Delivery | undefined => {
    const arn = ruleArn(rule.name);
    const delivery = {
      occasion: event.id,
      origin: arn,
      targetArn: target.Arn,
      ...(target.RoleArn === undefined ? {} : { roleArn: target.RoleArn }),
      maximumRetryAttempts: target.RetryPolicy?.MaximumRetryAttempts ?? 185,
      maximumAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
      ...(target.DeadLetterConfig?.Arn === undefined ? {} : { deadLetterArn: target.DeadLetterConfig.Arn }),
    };
    try {
      return { ...delivery, payload: targetInput(target, event, { name: rule.name, arn }, clock.now()) };
    } catch (error) {
      box.giveUp({ ...delivery, payload: JSON.stringify(event) }, describeFailure(error), 0);
      return undefined;
    }
  };
  const send = (rule: Rule, event: EventEnvelope): readonly Delivery[] => {
    const fault = context.faults?.event({
      eventRule: rule.name,
      source: event.source,
      detailType: event['detail-type'],
    });
    const deliveries = rules
      .targets(rule.name)
      .map((target) => toDelivery(rule, target, event))
      .filter((delivery) => delivery !== undefined);
    return underFault(fault, deliveries, clock.now());
  };

  return {
    accountArn: root,
    arn: `${root}:event-bus/default`,
    ruleArn,
    accept: (event, time = clock.now(), id) => {
      const full = envelope(event, { accountId, region }, time, id);
      const matched = rules.matching(full).filter((rule) => !isManaged(rule.name));
      box.add(matched.flatMap((rule) => send(rule, full)));
      return full.id;
    },
    fireDue: (now) => {
      for (const rule of rules.due(now)) {
        const event = {
          source: 'aws.events',
          'detail-type': 'Scheduled Event',
          resources: [ruleArn(rule.name)],
          detail: {},
        };
        // Together, so that a process killed in between sends the event once.
        box.add(send(rule, envelope(event, { accountId, region }, now)), () => rules.advance(rule.name, now));
      }
    },
  };
}
