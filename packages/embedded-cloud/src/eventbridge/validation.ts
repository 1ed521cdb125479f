import type { JsonObject } from '#src/cloud/json-protocol';
import { objectList, optionalObject, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import { parseSchedule } from '#src/schedules/schedule';
import { isPath } from './json-path.ts';
import { validatePattern } from './pattern.ts';
import { readRedelivery } from './read-redelivery.ts';
import type { Rule, Target } from './rule-store.ts';
import { targetKind } from './target-call.ts';

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** Rules Step Functions keeps for itself to wait for jobs: they are stored, but the embedded cloud polls instead. */
export const isManaged = (ruleName: string): boolean => ruleName.startsWith('StepFunctionsGetEventsFor');

/**
 * A rule that a service made for itself goes with Force alone (API Reference, DeleteRule).
 * @throws AwsError `ManagedRuleException`
 */
export function requireForce(ruleName: string, input: JsonObject): void {
  if (!isManaged(ruleName) || input['Force'] === true) return;
  throw new AwsError(
    'ManagedRuleException',
    `Rule ${ruleName} is managed by states.amazonaws.com and cannot be changed without Force.`,
  );
}

/** Only the default bus exists. @throws AwsError `ResourceNotFoundException` */
export function requireDefaultBus(input: JsonObject, accountArn: string): void {
  const bus = optionalText(input, 'EventBusName') ?? 'default';
  if (bus !== 'default' && bus !== `${accountArn}:event-bus/default`) {
    throw new AwsError('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
  }
}

/** Reads what PutRule and `AWS::Events::Rule` share. @throws AwsError `ValidationException`, `InvalidEventPatternException` */
export function readRule(name: string, input: JsonObject, fromTemplate: boolean): Rule {
  checkName(name, 'name');
  const given = input['EventPattern'];
  const pattern =
    given === undefined || given === '' ? undefined : typeof given === 'string' ? given : JSON.stringify(given);
  const schedule = optionalText(input, 'ScheduleExpression') || undefined;
  if (pattern === undefined && schedule === undefined) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (pattern !== undefined) {
    if (pattern.length > 4096) throw invalid('EventPattern must have length less than or equal to 4096');
    validatePattern(pattern);
  }
  if (schedule !== undefined) parseSchedule(schedule);
  const state = optionalText(input, 'State') ?? 'ENABLED';
  if (!['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'].includes(state)) {
    throw invalid(`Value '${state}' at 'state' failed to satisfy constraint: ENABLED or DISABLED`);
  }
  const description = optionalText(input, 'Description');
  const roleArn = optionalText(input, 'RoleArn');
  return {
    name,
    enabled: state !== 'DISABLED',
    ...(pattern === undefined ? {} : { pattern }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(description === undefined ? {} : { description }),
    ...(roleArn === undefined ? {} : { roleArn }),
    fromTemplate,
  };
}

function readTransformer(input: JsonObject, id: string): Target['InputTransformer'] {
  const transformer = optionalObject(input, 'InputTransformer');
  if (!transformer) return undefined;
  const template = requiredText(transformer, 'InputTemplate');
  if (template.length > 8192) throw invalid(`InputTemplate of target ${id} is longer than 8192 characters`);
  const paths = optionalObject(transformer, 'InputPathsMap') ?? {};
  const entries = Object.entries(paths);
  if (entries.length > 100) throw invalid(`InputPathsMap of target ${id} has more than 100 entries`);
  for (const [key, path] of entries) {
    if (!/^[A-Za-z0-9_-]+$/.test(key) || /^aws\./i.test(key) || typeof path !== 'string' || !isPath(path)) {
      throw invalid(`Invalid InputPathsMap of target ${id}: ${key}: a name and a path such as $.detail.state`);
    }
  }
  return { InputTemplate: template, InputPathsMap: paths as Record<string, string> };
}

const NAME = /^[.\-_A-Za-z0-9]+$/;
const MAX_NAME = 64;

/** A name or an id, with AWS's own message. @throws AwsError `ValidationException` */
function checkName(value: string, at: string): void {
  const refuse = (constraint: string) =>
    invalid(`1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: ${constraint}`);
  if (value.length > MAX_NAME) throw refuse(`Member must have length less than or equal to ${MAX_NAME}`);
  if (!NAME.test(value)) throw refuse('Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+');
}

/** Reads one target. @throws AwsError `ValidationException` naming the target's id. */
export function readTarget(input: JsonObject, ruleName: string): Target {
  const id = requiredText(input, 'Id');
  const arn = requiredText(input, 'Arn');
  const kind = targetKind(arn);
  const roleArn = optionalText(input, 'RoleArn');
  if (!isManaged(ruleName)) {
    if (kind === undefined)
      throw invalid(
        `Target ${id}: the embedded cloud cannot call ${arn}; it calls functions, state machines and queues`,
      );
    if (kind === 'states' && roleArn === undefined) throw invalid(`RoleArn is required for target ${arn}.`);
  }
  const constant = optionalText(input, 'Input');
  const path = optionalText(input, 'InputPath');
  const transformer = readTransformer(input, id);
  if ([constant, path, transformer].filter((shape) => shape !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  }
  if (path !== undefined && !isPath(path)) throw invalid(`Parameter InputPath of target ${id} is not valid: ${path}`);
  if (constant !== undefined) {
    try {
      JSON.parse(constant);
    } catch {
      throw invalid(
        `Parameter Input of target ${id} is not valid. Reason: JSON syntax error in input for target ${id}`,
      );
    }
  }
  return {
    Id: id,
    Arn: arn,
    ...(roleArn === undefined ? {} : { RoleArn: roleArn }),
    ...(constant === undefined ? {} : { Input: constant }),
    ...(path === undefined ? {} : { InputPath: path }),
    ...(transformer === undefined ? {} : { InputTransformer: transformer }),
    ...readRedelivery(input),
  };
}

/** At most five targets a rule (EventBridge quota). */
export const maxTargets = 5;

/** Reads the targets of PutTargets or a template. @throws AwsError as `readTarget` */
export function readTargets(input: JsonObject, ruleName: string): Target[] {
  const targets = objectList(input, 'Targets');
  for (const [index, target] of targets.entries())
    checkName(requiredText(target, 'Id'), `targets.${index + 1}.member.id`);
  return targets.map((target) => readTarget(target, ruleName));
}

/** Most targets, or ids of targets, in one request (API Reference, PutTargets and RemoveTargets). */
const MAX_IN_REQUEST = 100;

/** @throws AwsError `ValidationException` for none, or for more than a request may have */
export function checkCount(count: number, at: 'ids' | 'targets'): void {
  if (count >= 1 && count <= MAX_IN_REQUEST) return;
  const bound = count < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_IN_REQUEST}`;
  throw invalid(
    `1 validation error detected: Value at '${at}' failed to satisfy constraint: Member must have length ${bound}`,
  );
}
