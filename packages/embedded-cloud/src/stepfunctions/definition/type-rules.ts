import { isObject, type JsonObject, type StateType } from '../asl.ts';
import { parseTaskResource } from '../interpreter/task-resource.ts';
import { expressionText } from '../jsonata/expression.ts';
import { parseOffsetDateTime } from '../states/wait.ts';
import type { Findings } from './diagnostics.ts';
import { checkMap, type InnerGroup } from './map-rules.ts';
import { checkNumber } from './values.ts';

/** A transition to check once all states of the group are known. */
type Targets = { readonly name: unknown; readonly at: string }[];

const isExpression = (value: unknown): boolean => expressionText(value) !== undefined;

function checkTask(state: JsonObject, location: string, findings: Findings): void {
  const resource = state['Resource'];
  if (typeof resource !== 'string' || parseTaskResource(resource) === undefined) {
    findings.error(
      `${location}/Resource`,
      'Value is not a valid resource ARN: give the ARN of a Lambda function or of a service integration (arn:aws:states:::service:action)',
    );
  }
  checkNumber(state, 'TimeoutSeconds', { min: 1, max: 99_999_999 }, location, findings);
  checkNumber(state, 'HeartbeatSeconds', { min: 1, max: 99_999_999 }, location, findings);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    findings.error(`${location}/HeartbeatSeconds`, 'HeartbeatSeconds must be less than TimeoutSeconds');
  }
}

function checkChoice(state: JsonObject, location: string, findings: Findings, targets: Targets): void {
  const choices = state['Choices'];
  if (!Array.isArray(choices) || choices.length === 0) {
    findings.error(`${location}/Choices`, 'Choices must hold at least one rule');
    return;
  }
  choices.forEach((rule, index) => {
    const at = `${location}/Choices[${index}]`;
    if (!isObject(rule)) {
      findings.error(at, 'A rule must be an object');
      return;
    }
    if (typeof rule['Condition'] !== 'boolean' && !isExpression(rule['Condition'])) {
      findings.error(`${at}/Condition`, 'Condition must be a JSONata expression or a boolean');
    }
    for (const field of Object.keys(rule)) {
      if (!['Condition', 'Next', 'Output', 'Assign', 'Comment'].includes(field)) {
        findings.error(at, `Field '${field}' is not supported`);
      }
    }
    targets.push({ name: rule['Next'], at: `${at}/Next` });
  });
  if (state['Default'] !== undefined) targets.push({ name: state['Default'], at: `${location}/Default` });
}

function checkWait(state: JsonObject, location: string, findings: Findings): void {
  const { Seconds: seconds, Timestamp: timestamp } = state;
  if (seconds !== undefined && timestamp !== undefined)
    findings.error(location, 'There should only be one of the following fields: [Seconds, Timestamp]');
  if (seconds === undefined && timestamp === undefined)
    findings.error(location, 'This object should have only one of the following fields: [Seconds, Timestamp]');
  checkNumber(state, 'Seconds', { min: 0, max: 99_999_999 }, location, findings);
  if (timestamp === undefined || isExpression(timestamp)) return;
  if (typeof timestamp !== 'string' || parseOffsetDateTime(timestamp) === undefined) {
    findings.error(`${location}/Timestamp`, 'String does not match RFC3339 timestamp');
  }
}

/** Checks what holds for one type of state; adds its transitions to `targets` and gives the groups inside it. */
export function checkTypeRules(
  type: StateType,
  state: JsonObject,
  location: string,
  findings: Findings,
  targets: Targets,
): InnerGroup[] {
  switch (type) {
    case 'Task':
      checkTask(state, location, findings);
      return [];
    case 'Choice':
      checkChoice(state, location, findings, targets);
      return [];
    case 'Wait':
      checkWait(state, location, findings);
      return [];
    case 'Map':
      return checkMap(state, location, findings);
    case 'Parallel': {
      const branches = state['Branches'];
      if (Array.isArray(branches) && branches.length > 0) {
        return branches.map((group, index) => ({ group, at: `${location}/Branches[${index}]`, distributed: false }));
      }
      findings.error(`${location}/Branches`, 'Branches must hold at least one branch');
      return [];
    }
    default:
      return [];
  }
}
