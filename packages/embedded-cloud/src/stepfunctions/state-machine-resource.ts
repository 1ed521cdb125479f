import { physicalName } from '#src/cloud/physical-name';
import { AwsError, type CloudContext, type ResourceProvider, type TemplateResource } from '../cloud/service.ts';
import { tagsOf } from './api/operation.ts';
import { isObject } from './asl.ts';
import { requireLogDelivery } from './machine-role.ts';
import type { MachineInput, StateMachines } from './machines.ts';

/** The definition's JSON text, from DefinitionString or Definition, with DefinitionSubstitutions put in. */
function definitionText({ logicalId, properties }: TemplateResource): string {
  const substitutions = properties['DefinitionSubstitutions'];
  const given = properties['DefinitionString'] ?? properties['Definition'];
  if (typeof given !== 'string' && !isObject(given)) {
    throw new AwsError(
      'ValidationError',
      `${logicalId}: give DefinitionString or Definition; DefinitionS3Location is not supported here`,
    );
  }
  const whole = typeof given === 'string' ? given : JSON.stringify(given);
  if (!isObject(substitutions)) return whole;
  return Object.entries(substitutions).reduce(
    (result, [name, value]) => result.replaceAll(`\${${name}}`, String(value)),
    whole,
  );
}

/** CloudFormation names members in PascalCase, the API in camelCase. */
function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [`${key.charAt(0).toLowerCase()}${key.slice(1)}`, camelCase(member)]),
  );
}

const nameOf = ({ logicalId, properties, stackName }: TemplateResource): string => {
  const name = properties['StateMachineName'];
  return typeof name === 'string' ? name : physicalName(stackName, logicalId, 80);
};

/** `AWS::StepFunctions::StateMachine`. */
export const stateMachineProvider = (context: CloudContext, machines: StateMachines): ResourceProvider => ({
  async apply(resource) {
    const { properties } = resource;
    const type = properties['StateMachineType'];
    const logging = properties['LoggingConfiguration'];
    const tracing = properties['TracingConfiguration'];
    const input: MachineInput = {
      name: nameOf(resource),
      definition: definitionText(resource),
      roleArn: String(properties['RoleArn'] ?? ''),
      type: typeof type === 'string' ? type : undefined,
      ...(logging !== undefined && { logging: camelCase(logging) }),
      ...(tracing !== undefined && { tracing: camelCase(tracing) }),
      tags: tagsOf(properties['Tags']),
    };
    requireLogDelivery(context, input);
    const machine = machines.put(input);
    return {
      ref: machine.arn,
      attributes: { Arn: machine.arn, Name: machine.name, StateMachineRevisionId: machine.revisionId },
    };
  },

  existing: async (resource) => {
    const arn = machines.arnOf(nameOf(resource));
    return machines.exists(arn) ? arn : undefined;
  },

  async delete({ ref }) {
    machines.delete(ref);
  },
});
