import { isObject, type JsonObject, type StateType } from '../asl.ts';
import { parseTaskResource } from '../interpreter/task-resource.ts';
import { expressionText } from '../jsonata/expression.ts';
import { parseOffsetDateTime } from '../states/wait.ts';
import type { Findings } from './diagnostics.ts';
import { distributedFields } from './fields.ts';

/** A transition to check once all states of the group are known. */
type Targets = { readonly name: unknown; readonly at: string }[];

/** A group of states inside a state. */
interface InnerGroup {
  readonly group: unknown;
  readonly at: string;
  readonly distributed: boolean;
}

const isExpression = (value: unknown): boolean => expressionText(value) !== undefined;

function checkNumber(
  state: JsonObject,
  field: string,
  min: number,
  max: number,
  location: string,
  findings: Findings,
): void {
  const value = state[field];
  if (value === undefined || isExpression(value)) return;
  if (!(typeof value === 'number' && value >= min && value <= max)) {
    findings.error(`${location}/${field}`, `${field} must be a number from ${min} to ${max} or a JSONata expression`);
  }
}

function checkTask(state: JsonObject, location: string, findings: Findings): void {
  const resource = state['Resource'];
  if (typeof resource !== 'string' || parseTaskResource(resource) === undefined) {
    findings.error(
      `${location}/Resource`,
      'Resource must be the ARN of a Lambda function or of a service integration (arn:aws:states:::service:action)',
    );
  }
  checkNumber(state, 'TimeoutSeconds', 1, 99_999_999, location, findings);
  checkNumber(state, 'HeartbeatSeconds', 1, 99_999_999, location, findings);
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
        findings.error(`${at}/${field}`, `Field '${field}' is not supported in a rule`);
      }
    }
    targets.push({ name: rule['Next'], at: `${at}/Next` });
  });
  if (state['Default'] !== undefined) targets.push({ name: state['Default'], at: `${location}/Default` });
}

function checkWait(state: JsonObject, location: string, findings: Findings): void {
  const { Seconds: seconds, Timestamp: timestamp } = state;
  if ((seconds === undefined) === (timestamp === undefined)) {
    findings.error(location, 'A Wait state needs exactly one of Seconds and Timestamp');
  }
  checkNumber(state, 'Seconds', 0, 99_999_999, location, findings);
  if (timestamp === undefined || isExpression(timestamp)) return;
  if (typeof timestamp !== 'string' || parseOffsetDateTime(timestamp) === undefined) {
    findings.error(
      `${location}/Timestamp`,
      'Timestamp must be an ISO 8601 date-time with offset or a JSONata expression',
    );
  }
}

function checkMap(state: JsonObject, location: string, findings: Findings): InnerGroup[] {
  const processor = state['ItemProcessor'];
  if (!isObject(processor)) {
    findings.error(`${location}/ItemProcessor`, 'A Map state needs an ItemProcessor');
    return [];
  }
  const at = `${location}/ItemProcessor`;
  const config = isObject(processor['ProcessorConfig']) ? processor['ProcessorConfig'] : {};
  const mode = config['Mode'] ?? 'INLINE';
  const distributed = mode === 'DISTRIBUTED';
  if (!distributed && mode !== 'INLINE')
    findings.error(`${at}/ProcessorConfig/Mode`, 'Mode must be INLINE or DISTRIBUTED');
  if (distributed && !['STANDARD', 'EXPRESS'].includes(String(config['ExecutionType']))) {
    findings.error(`${at}/ProcessorConfig/ExecutionType`, 'A distributed Map needs ExecutionType STANDARD or EXPRESS');
  }
  for (const field of distributed ? [] : distributedFields) {
    if (state[field] !== undefined) findings.error(`${location}/${field}`, `${field} needs Mode DISTRIBUTED`);
  }
  checkNumber(state, 'MaxConcurrency', 0, Number.MAX_SAFE_INTEGER, location, findings);
  checkNumber(state, 'ToleratedFailureCount', 0, Number.MAX_SAFE_INTEGER, location, findings);
  checkNumber(state, 'ToleratedFailurePercentage', 0, 100, location, findings);
  const reader = state['ItemReader'];
  if (isObject(reader)) {
    if (reader['Parameters'] !== undefined)
      findings.error(`${location}/ItemReader/Parameters`, 'In JSONata ItemReader takes Arguments');
    const { ReaderConfig: readerConfig } = reader;
    if (isObject(readerConfig) && readerConfig['InputType'] === 'PARQUET') {
      findings.error(
        `${location}/ItemReader/ReaderConfig/InputType`,
        'This interpreter reads JSON, JSONL, CSV and MANIFEST, not PARQUET',
      );
    }
  }
  const writer = state['ResultWriter'];
  if (isObject(writer) && writer['Resource'] === undefined && writer['WriterConfig'] === undefined) {
    findings.error(`${location}/ResultWriter`, 'ResultWriter needs Resource and Arguments, or WriterConfig');
  }
  return [{ group: processor, at, distributed }];
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
