import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jsonProtocol } from '#src/cloud/json-operations';
import { physicalName } from '#src/cloud/physical-name';
import type { BusEvent, CloudContext, CloudService, TemplateResource } from '#src/cloud/service';
import { openDatabase } from '#src/cloud/sqlite';
import { timerLoop } from '#src/cloud/timer-loop';
import { eventBus } from './bus.ts';
import { eventBridgeMembers } from './members.ts';
import { eventBridgeOperations } from './operations.ts';
import { outbox } from './outbox.ts';
import { ruleStore } from './rule-store.ts';
import { readRule, readTargets, requireDefaultBus } from './validation.ts';

/** The embedded EventBridge: the default bus, its rules, and delivery to functions, state machines and queues. */
export interface EventBridge extends CloudService {
  /**
   * Puts a service's event on the default bus. It is stored until every target got it, across restarts.
   * @throws Error once the bus is closed
   */
  deliver(event: BusEvent, occasion?: { readonly id: string; readonly time: number }): void;
}

/** State: `<stateDir>/events/events.db`. Events accepted before `start` are delivered after it. */
export function createEventBridge(context: CloudContext): EventBridge {
  const dir = join(context.stateDir, 'events');
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(
    join(dir, 'events.db'),
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;',
  );

  const rules = ruleStore(db);
  const box = outbox(context, db, {
    service: 'events',
    deadLetterAttributes: ({ origin, targetArn }) => ({ RULE_ARN: origin, TARGET_ARN: targetArn }),
  });
  const bus = eventBus(context, rules, box);
  const schedules = timerLoop({
    clock: context.clock,
    next: rules.nextDue,
    run: bus.fireDue,
    onError: (error) => context.log('error', 'a scheduled rule failed', { error: String(error) }),
  });
  const operations = eventBridgeOperations(context, { bus, rules, changed: () => schedules.wake() });
  const inTemplate = new Set<string>();

  const ruleName = ({ logicalId, properties, stackName }: TemplateResource): string =>
    typeof properties['Name'] === 'string' ? properties['Name'] : physicalName(stackName, logicalId, 64);

  const applyRule = async (resource: TemplateResource) => {
    const { properties } = resource;
    const name = ruleName(resource);
    requireDefaultBus(properties, bus.accountArn);
    const targets = readTargets(properties, name);
    rules.put(readRule(name, properties, true), context.clock.now());
    for (const { Id } of rules.targets(name)) rules.removeTarget(name, Id);
    for (const target of targets) rules.putTarget(name, target);
    inTemplate.add(name);
    schedules.wake();
    return { ref: name, attributes: { Arn: bus.ruleArn(name) } };
  };

  return {
    signingNames: ['events'],
    members: eventBridgeMembers,
    ...jsonProtocol('1.1', 'AWSEvents', operations),
    resources: {
      'AWS::Events::Rule': {
        apply: applyRule,
        existing: async (resource) => rules.get(ruleName(resource))?.name,
        async delete({ ref }) {
          rules.remove(ref);
          inTemplate.delete(ref);
        },
      },
    },
    deliver: (event, occasion) => {
      if (!db.isOpen) throw new Error('The event bus is closed.');
      bus.accept(event, occasion?.time, occasion?.id);
    },
    start: async () => {
      for (const rule of rules.list()) {
        if (rule.fromTemplate && !inTemplate.has(rule.name)) rules.remove(rule.name);
      }
      box.start();
      schedules.start();
    },
    close: async () => {
      await schedules.close();
      await box.close();
      db.close();
    },
  };
}
