import { isObject, type JsonObject } from '../asl.ts';
import { validateDefinition } from '../definition/validate.ts';
import type { MachineRecord } from '../store.ts';
import {
  type Api,
  type Call,
  call,
  type Operation,
  optionalText,
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

const createStateMachine: Operation = (input, { machines }) => {
  const name = requiredText(input, 'name');
  const roleArn = requiredText(input, 'roleArn');
  return {
    authorize: [{ action: 'states:CreateStateMachine', resource: machines.arnOf(name) }, passRole(roleArn)],
    execute() {
      const machine = machines.create({
        name,
        roleArn,
        definition: requiredText(input, 'definition'),
        type: optionalText(input, 'type'),
        logging: input['loggingConfiguration'],
        tracing: input['tracingConfiguration'],
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

const describeStateMachine: Operation = (input, { machines }) => {
  const arn = requiredText(input, 'stateMachineArn');
  return call('DescribeStateMachine', arn, () => {
    const machine = machines.require(arn);
    return {
      ...description(machine),
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
      ...description(machine),
      definition: execution.definition,
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

const validateStateMachineDefinition: Operation = (input) =>
  call('ValidateStateMachineDefinition', '*', () => {
    const all = validateDefinition(requiredText(input, 'definition'));
    const diagnostics = input['severity'] === 'WARNING' ? all : all.filter(({ severity }) => severity === 'ERROR');
    const failed = diagnostics.some(({ severity }) => severity === 'ERROR');
    return { result: failed ? 'FAIL' : 'OK', diagnostics, truncated: false };
  });

const changeTags = (
  input: JsonObject,
  { machines }: Api,
  change: (tags: Record<string, string>) => Record<string, string>,
) => {
  const { arn, tags } = machines.require(requiredText(input, 'resourceArn'));
  machines.update(arn, { tags: change({ ...tags }) });
  return {};
};

const tagResource: Operation = (input, api) =>
  call('TagResource', requiredText(input, 'resourceArn'), () =>
    changeTags(input, api, (tags) => ({ ...tags, ...tagsOf(input['tags']) })),
  );

const untagResource: Operation = (input, api) =>
  call('UntagResource', requiredText(input, 'resourceArn'), () => {
    const keys = Array.isArray(input['tagKeys']) ? input['tagKeys'] : [];
    return changeTags(input, api, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
    );
  });

const listTagsForResource: Operation = (input, { machines }) => {
  const arn = requiredText(input, 'resourceArn');
  return call('ListTagsForResource', arn, () => ({
    tags: Object.entries(machines.require(arn).tags).map(([key, value]) => ({ key, value })),
  }));
};

export const machineOperations: Readonly<Record<string, Operation>> = {
  CreateStateMachine: createStateMachine,
  UpdateStateMachine: updateStateMachine,
  DeleteStateMachine: deleteStateMachine,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  ListStateMachines: listStateMachines,
  ValidateStateMachineDefinition: validateStateMachineDefinition,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
