import type { Operation } from '#src/cloud/json-operations';
import type { JsonObject } from '#src/cloud/json-protocol';
import { pageAfter } from '#src/cloud/paging';
import { objectList, optionalNumber, optionalText, requiredText, textList } from '#src/cloud/read-members';
import { type AuthorizationRequest, AwsError, type CloudContext } from '#src/cloud/service';
import type { EventBus } from './bus.ts';
import { compilePattern } from './pattern.ts';
import { putEvents } from './put-events.ts';
import type { Rule, RuleStore } from './rule-store.ts';
import {
  checkCount,
  isManaged,
  maxTargets,
  readRule,
  readTargets,
  requireDefaultBus,
  requireForce,
} from './validation.ts';

/** API Reference, ListRules and ListTargetsByRule: Limit. */
const MAX_PAGE = 100;

const paged = <T>(input: JsonObject, all: readonly T[], keyOf: (item: T) => string) =>
  pageAfter(
    all,
    keyOf,
    optionalNumber(input, 'Limit', 1, MAX_PAGE) ?? MAX_PAGE,
    optionalText(input, 'NextToken'),
    () => new AwsError('ValidationException', 'Parameter NextToken is not valid.'),
  );

const mandatory = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

function testPattern(input: JsonObject): { Result: boolean } {
  const pattern = compilePattern(requiredText(input, 'EventPattern'));
  let event: unknown;
  try {
    event = JSON.parse(requiredText(input, 'Event'));
  } catch {
    throw new AwsError('ValidationException', 'Parameter Event is not valid.');
  }
  for (const field of mandatory) {
    if (typeof event !== 'object' || event === null || !Object.hasOwn(event, field)) {
      throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${field} is missing`);
    }
  }
  return { Result: pattern.matches(event) };
}

/** The operations of EventBridge by name. @param changed called when a rule may have a new next time. */
export function eventBridgeOperations(
  context: CloudContext,
  { bus, rules, changed }: { readonly bus: EventBus; readonly rules: RuleStore; changed(): void },
): Readonly<Record<string, Operation>> {
  const { clock } = context;

  const onRule =
    (action: string, member: string) =>
    (input: JsonObject): AuthorizationRequest[] => {
      requireDefaultBus(input, bus.accountArn);
      return [{ action: `events:${action}`, resource: bus.ruleArn(requiredText(input, member)) }];
    };
  const passRole = (roleArn: string | undefined): AuthorizationRequest[] =>
    roleArn === undefined
      ? []
      : [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'events.amazonaws.com' } }];
  const existing = (input: JsonObject, member: string): Rule => {
    const name = requiredText(input, member);
    const rule = rules.get(name);
    if (!rule) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
    return rule;
  };
  const describe = (rule: Rule) => ({
    Name: rule.name,
    Arn: bus.ruleArn(rule.name),
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    EventBusName: 'default',
    ...(rule.pattern === undefined ? {} : { EventPattern: rule.pattern }),
    ...(rule.schedule === undefined ? {} : { ScheduleExpression: rule.schedule }),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...(rule.roleArn === undefined ? {} : { RoleArn: rule.roleArn }),
    ...(isManaged(rule.name) ? { ManagedBy: 'states.amazonaws.com' } : {}),
  });
  const setState = (action: string, enabled: boolean): Operation => ({
    authorize: onRule(action, 'Name'),
    run: (input) => {
      rules.setEnabled(existing(input, 'Name').name, enabled, clock.now());
      changed();
    },
  });

  return {
    PutEvents: {
      authorize: (input) =>
        objectList(input, 'Entries').map((entry) => ({
          action: 'events:PutEvents',
          resource: bus.arn,
          context: {
            'events:source': optionalText(entry, 'Source') ?? '',
            'events:detail-type': optionalText(entry, 'DetailType') ?? '',
          },
        })),
      run: (input) => putEvents(input, bus.accept),
    },
    PutRule: {
      authorize: (input) => [...onRule('PutRule', 'Name')(input), ...passRole(optionalText(input, 'RoleArn'))],
      run: (input) => {
        const rule = readRule(
          requiredText(input, 'Name'),
          input,
          rules.get(requiredText(input, 'Name'))?.fromTemplate ?? false,
        );
        rules.put(rule, clock.now());
        changed();
        return { RuleArn: bus.ruleArn(rule.name) };
      },
    },
    DescribeRule: {
      authorize: onRule('DescribeRule', 'Name'),
      run: (input) => describe(existing(input, 'Name')),
    },
    ListRules: {
      authorize: (input) => {
        requireDefaultBus(input, bus.accountArn);
        return [{ action: 'events:ListRules', resource: '*' }];
      },
      run: (input) => {
        const { items, next } = paged(input, rules.list(optionalText(input, 'NamePrefix')), ({ name }) => name);
        return { Rules: items.map(describe), ...(next !== undefined && { NextToken: next }) };
      },
    },
    DeleteRule: {
      authorize: onRule('DeleteRule', 'Name'),
      run: (input) => {
        const name = requiredText(input, 'Name');
        requireForce(name, input);
        if (rules.targets(name).length > 0) {
          throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
        }
        rules.remove(name);
        changed();
      },
    },
    EnableRule: setState('EnableRule', true),
    DisableRule: setState('DisableRule', false),
    PutTargets: {
      authorize: (input) => [
        ...onRule('PutTargets', 'Rule')(input),
        ...objectList(input, 'Targets').flatMap((target) => passRole(optionalText(target, 'RoleArn'))),
      ],
      run: (input) => {
        const { name } = existing(input, 'Rule');
        checkCount(objectList(input, 'Targets').length, 'targets');
        const targets = readTargets(input, name);
        const ids = new Set([...rules.targets(name), ...targets].map((target) => target.Id));
        if (ids.size > maxTargets) {
          throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
        }
        for (const target of targets) rules.putTarget(name, target);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    RemoveTargets: {
      authorize: onRule('RemoveTargets', 'Rule'),
      run: (input) => {
        const { name } = existing(input, 'Rule');
        requireForce(name, input);
        checkCount(textList(input, 'Ids').length, 'ids');
        const failed = textList(input, 'Ids').filter((id) => !rules.removeTarget(name, id));
        return {
          FailedEntryCount: failed.length,
          FailedEntries: failed.map((TargetId) => ({
            TargetId,
            ErrorCode: 'ResourceNotFoundException',
            ErrorMessage: `Rule ${name} has no target ${TargetId}.`,
          })),
        };
      },
    },
    ListTargetsByRule: {
      authorize: onRule('ListTargetsByRule', 'Rule'),
      run: (input) => {
        const { items, next } = paged(input, rules.targets(existing(input, 'Rule').name), ({ Id }) => Id);
        return { Targets: items, ...(next !== undefined && { NextToken: next }) };
      },
    },
    TestEventPattern: {
      authorize: () => [{ action: 'events:TestEventPattern', resource: '*' }],
      run: testPattern,
    },
    DescribeEventBus: {
      authorize: () => [{ action: 'events:DescribeEventBus', resource: bus.arn }],
      run: (input) => {
        const name = optionalText(input, 'Name') ?? 'default';
        requireDefaultBus({ EventBusName: name }, bus.accountArn);
        return { Name: 'default', Arn: bus.arn };
      },
    },
  };
}
