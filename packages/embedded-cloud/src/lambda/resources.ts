import { isDeepStrictEqual } from 'node:util';
import type { AppliedResource, ResourceProvider } from '../cloud/service.ts';
import { parseEventInvoke, parseFunction } from './function.ts';
import type { Runtime } from './runtime.ts';

/** Who may invoke a function in a service's own name (`AWS::Lambda::Permission`). */
export interface Permission {
  readonly functionName: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** The Lambda resource types of a template. */
export function lambdaResources(
  runtime: Runtime,
  permissions: Map<string, Permission>,
): Readonly<Record<string, ResourceProvider>> {
  const plain = (ref: string, attributes: Record<string, string> = {}): AppliedResource => ({ ref, attributes });
  const text = (value: unknown): string => String(value ?? '');

  return {
    'AWS::Lambda::Function': {
      async apply(resource) {
        const { arn, spec } = await runtime.deploy(parseFunction(resource));
        return plain(spec.name, { Arn: arn });
      },
      restore: async (resource) => runtime.restore(parseFunction(resource)),
      // Each packaging gives the zip another key: what counts is what is in it.
      isCurrent: async ({ properties: { Code, ...rest } }, applied) => {
        const { Code: _code, ...before } = applied.properties;
        return isDeepStrictEqual(rest, before) && (await runtime.runs(applied.ref, Code));
      },
      delete: async ({ ref }) => runtime.remove(ref),
    },
    'AWS::Lambda::Version': {
      async apply({ properties }) {
        const { arn } = runtime.find(text(properties['FunctionName']));
        // There is one package at a time here, so every published version is that one.
        return plain(`${arn}:1`, { Version: '1', FunctionArn: `${arn}:1` });
      },
    },
    'AWS::Lambda::Alias': {
      async apply({ properties }) {
        const deployed = runtime.find(text(properties['FunctionName']));
        const name = text(properties['Name']);
        deployed.qualifiers.add(name);
        return plain(`${deployed.arn}:${name}`, { AliasArn: `${deployed.arn}:${name}` });
      },
    },
    'AWS::Lambda::Permission': {
      async apply({ logicalId, properties }) {
        const functionName = runtime.find(text(properties['FunctionName'])).spec.name;
        const sourceArn = properties['SourceArn'];
        const sourceAccount = properties['SourceAccount'];
        const action = text(properties['Action']);
        if (!/^(?:lambda:(?:InvokeFunction|\*)|\*)$/.test(action)) {
          throw new Error(`Action ${action} is not emulated: events need lambda:InvokeFunction.`);
        }
        permissions.set(logicalId, {
          functionName,
          principal: text(properties['Principal']),
          ...(typeof sourceArn === 'string' && { sourceArn }),
          ...(sourceAccount !== undefined && { sourceAccount: text(sourceAccount) }),
        });
        return plain(logicalId, { Id: logicalId });
      },
      delete: async ({ logicalId }) => void permissions.delete(logicalId),
    },
    'AWS::Lambda::EventInvokeConfig': {
      async apply({ logicalId, properties }) {
        runtime.configureEvents(runtime.find(text(properties['FunctionName'])), parseEventInvoke(properties));
        return plain(logicalId);
      },
    },
  };
}
