import { AwsError } from '../../cloud/service.ts';
import { isObject, type JsonObject } from '../asl.ts';
import type { MachineRecord } from '../store.ts';
import {
  type Call,
  call,
  type Operation,
  optionalText,
  optionalWord,
  paged,
  pageOf,
  requiredText,
  requireExecution,
  seconds,
  tagsOf,
} from './operation.ts';

/** A machine's role is handed to Step Functions, which IAM has to allow. */
const passRole = (roleArn: string): Call['authorize'][number] => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': 'states.amazonaws.com' },
});

/** Definitions are encrypted with AWS's own key. @throws AwsError InvalidEncryptionConfiguration */
function checkEncryption(input: JsonObject): void {
  const encryption = input['encryptionConfiguration'];
  const type = isObject(encryption) ? encryption['type'] : 'AWS_OWNED_KEY';
  if (type !== 'AWS_OWNED_KEY')
    throw new AwsError(
      'InvalidEncryptionConfiguration',
      `The embedded cloud does not support encryptionConfiguration.type ${String(type)}: use AWS_OWNED_KEY.`,
    );
}

const createStateMachine: Operation = (input, { machines }) => {
  const name = requiredText(input, 'name');
  const roleArn = requiredText(input, 'roleArn');
  return {
    authorize: [{ action: 'states:CreateStateMachine', resource: machines.arnOf(name) }, passRole(roleArn)],
    execute() {
      checkEncryption(input);
      const machine = machines.create({
        name,
        roleArn,
        definition: requiredText(input, 'definition'),
        type: optionalText(input, 'type'),
        logging: input['loggingConfiguration'] ?? undefined,
        tracing: input['tracingConfiguration'] ?? undefined,
        tags: tagsOf(input['tags']),
      });
      return { stateMachineArn: machine.arn, creationDate: seconds(machine.createdAt) };
    },
  };
};

const updateStateMachine: Operation = (input, { machines }) => {
  const arn = requiredText(input, 'stateMachineArn');
  const roleArn = optionalText(input, 'roleArn');
  return {
    authorize: [
      { action: 'states:UpdateStateMachine', resource: arn },
      ...(roleArn === undefined ? [] : [passRole(roleArn)]),
    ],
    execute() {
      const definition = optionalText(input, 'definition');
      const settings = [definition, roleArn, input['loggingConfiguration'], input['tracingConfiguration']];
      checkEncryption(input);
      if (settings.every((setting) => setting === undefined || setting === null)) {
        machines.require(arn);
        throw new AwsError(
          'MissingRequiredParameter',
          'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
        );
      }
      const updated = machines.update(arn, {
        ...(definition !== undefined && { definition }),
        ...(roleArn !== undefined && { roleArn }),
        ...(isObject(input['loggingConfiguration']) && { logging: input['loggingConfiguration'] }),
        ...(isObject(input['tracingConfiguration']) && { tracing: input['tracingConfiguration'] }),
      });
      return { updateDate: seconds(updated.updatedAt), revisionId: updated.revisionId };
    },
  };
};

const deleteStateMachine: Operation = (input, { machines }) => {
  const arn = requiredText(input, 'stateMachineArn');
  return call('DeleteStateMachine', arn, () => {
    machines.checkArn(arn);
    machines.delete(arn);
    return {};
  });
};

const description = (machine: MachineRecord) => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  definition: machine.definition,
  roleArn: machine.roleArn,
  loggingConfiguration: machine.logging,
  tracingConfiguration: machine.tracing,
  encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  revisionId: machine.revisionId,
});

/** API Reference, DescribeStateMachine: includedData METADATA_ONLY leaves the definition out. */
const withIncludedData = ({ ...input }: JsonObject, { definition, ...metadata }: ReturnType<typeof description>) => {
  const data = optionalWord(input, 'includedData', ['METADATA_ONLY', 'ALL_DATA']);
  return data === 'METADATA_ONLY' ? metadata : { definition, ...metadata };
};

const describeStateMachine: Operation = (input, { machines }) => {
  const arn = requiredText(input, 'stateMachineArn');
  return call('DescribeStateMachine', arn, () => {
    const machine = machines.require(arn);
    return {
      ...withIncludedData(input, description(machine)),
      status: 'ACTIVE',
      type: machine.type,
      creationDate: seconds(machine.createdAt),
    };
  });
};

const describeStateMachineForExecution: Operation = (input, api) => {
  const arn = requiredText(input, 'executionArn');
  return call('DescribeStateMachineForExecution', arn, () => {
    const execution = requireExecution(api, arn);
    const machineArn = execution.machineArn.split('/')[0] ?? execution.machineArn;
    const machine = api.machines.require(machineArn);
    return {
      ...withIncludedData(input, { ...description(machine), definition: execution.definition }),
      roleArn: execution.roleArn,
      revisionId: execution.revisionId,
      updateDate: seconds(machine.updatedAt),
      ...(execution.mapRunArn !== undefined && { mapRunArn: execution.mapRunArn }),
    };
  });
};

const listStateMachines: Operation = (input, { store }) => {
  const page = pageOf(input);
  return call('ListStateMachines', '*', () => {
    const { rows, next } = paged(store.machines().slice(page.offset), page);
    return {
      stateMachines: rows.map((machine) => ({
        stateMachineArn: machine.arn,
        name: machine.name,
        type: machine.type,
        creationDate: seconds(machine.createdAt),
      })),
      ...next,
    };
  });
};

export const machineOperations: Readonly<Record<string, Operation>> = {
  CreateStateMachine: createStateMachine,
  UpdateStateMachine: updateStateMachine,
  DeleteStateMachine: deleteStateMachine,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  ListStateMachines: listStateMachines,
};
