import {
  isJsonObject,
  jsonError,
  jsonResponse,
  optionalString,
  readJsonRequest,
  requireString,
} from '../cloud/json-protocol.ts';
import { physicalName } from '../cloud/physical-name.ts';
import {
  type AuthorizationRequest,
  AwsError,
  type CloudContext,
  type CloudService,
  type ResourceProvider,
  type TemplateResource,
} from '../cloud/service.ts';
import { readTags, requestTagConditions, resourceTagConditions } from '../iam/tag-conditions.ts';
import { keyUse } from '../kms/key-use.ts';
import { generateSecret } from './generate.ts';
import { secretsManagerMembers } from './members.ts';
import type { KeyUse, SecretOperation } from './operation.ts';
import { secretOperations } from './operations.ts';
import { recoveryOperations, requireLive } from './recovery.ts';
import { openSecretStore, type Secret } from './store.ts';

/** Secrets Manager, and what `startCloud` uses of it. */
export interface SecretsManagerService extends CloudService {
  /**
   * Gives a secret of the template its first real value, unless somebody has put one since it was created.
   * @throws Error when the template has no such secret
   */
  fillInitial(logicalId: string, value: string): void;
}

export function createSecretsManager(context: CloudContext): SecretsManagerService {
  const { region, accountId, stateDir, clock } = context;
  const store = openSecretStore(stateDir, context, () => clock.now());
  const operations: Readonly<Record<string, SecretOperation>> = {
    ...secretOperations(store),
    ...recoveryOperations(store, () => clock.now()),
  };

  /** With a key of the customer's, Secrets Manager calls KMS in the caller's name. */
  function keyEntries(use: KeyUse, keyId: string | undefined, secretArn: string): AuthorizationRequest[] {
    if (!use || !keyId) return [];
    const encryptionContext = { SecretARN: secretArn };
    return keyUse(context, { actions: [use], key: keyId, via: 'secretsmanager', encryptionContext }).map((entry) => ({
      ...entry,
      context: { ...entry.context, 'kms:EncryptionContextKeys': ['SecretARN', 'SecretVersionId'] },
    }));
  }

  const nameOf = ({ logicalId, properties, stackName }: TemplateResource): string =>
    typeof properties['Name'] === 'string' ? properties['Name'] : physicalName(stackName, logicalId);
  const named = (name: string): Secret | undefined => store.list().find((secret) => secret.name === name);

  const provider: ResourceProvider = {
    async existing(resource) {
      const secret = named(nameOf(resource));
      return secret && store.arn(secret);
    },
    // CloudFormation deletes a secret at once, without a recovery window.
    async delete({ ref }) {
      const secret = store.list().find((candidate) => store.arn(candidate) === ref);
      if (secret) store.remove(secret);
    },
    async apply(resource) {
      const { logicalId, properties } = resource;
      const name = nameOf(resource);
      const known = named(name);
      const kmsKeyId = properties['KmsKeyId'];
      const settings = {
        description: String(properties['Description'] ?? ''),
        tags: Array.isArray(properties['Tags']) ? (properties['Tags'] as Secret['tags']) : [],
        logicalId,
        ...(typeof kmsKeyId === 'string' && { kmsKeyId }),
      };
      if (known) {
        requireLive(known);
        Object.assign(known, settings);
        store.save();
      }
      const generate = properties['GenerateSecretString'];
      const fixed = properties['SecretString'];
      const secret =
        known ??
        store.create(
          name,
          settings,
          isJsonObject(generate)
            ? { string: generateSecret(generate) }
            : fixed === undefined
              ? undefined
              : { string: String(fixed) },
        );
      return { ref: store.arn(secret), attributes: { Id: store.arn(secret) } };
    },
  };

  return {
    signingNames: ['secretsmanager'],
    members: secretsManagerMembers,
    resources: {
      'AWS::SecretsManager::Secret': provider,
    },
    fillInitial(logicalId, value) {
      const secret = store.list().find((candidate) => candidate.logicalId === logicalId);
      if (!secret) throw new Error(`The template has no secret ${logicalId}.`);
      if (secret.initial) store.put(secret, { string: value }, ['AWSCURRENT']);
    },
    async prepare(request) {
      store.removeDue();
      const { operation, input } = await readJsonRequest(request, 'secretsmanager');
      const handler = operations[operation];
      if (!handler)
        throw new AwsError(
          'UnknownOperationException',
          `Secrets Manager ${operation} is not emulated. Known: ${Object.keys(operations).join(', ')}.`,
        );
      const action = `secretsmanager:${operation}`;
      const call = (authorize: AuthorizationRequest[], secret?: Secret) => ({
        operation,
        authorize,
        input,
        execute: async () => jsonResponse(handler.run(input, secret), '1.1'),
      });
      const wantedStage = optionalString(input, 'VersionStage');
      const stage = wantedStage === undefined ? {} : { 'secretsmanager:VersionStage': wantedStage };
      if (handler.on === 'none') return call([{ action, resource: '*' }]);
      if (handler.on === 'new') {
        const arn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${requireString(input, 'Name', 'InvalidParameterException')}-??????`;
        const context = {
          'secretsmanager:Name': requireString(input, 'Name', 'InvalidParameterException'),
          ...requestTagConditions(readTags(input['Tags'])),
        };
        return call([
          { action, resource: arn, context },
          ...keyEntries(handler.keyUse, optionalString(input, 'KmsKeyId'), arn),
        ]);
      }
      const id = requireString(input, 'SecretId', 'InvalidParameterException');
      const secret = store
        .list()
        .find(
          (candidate) =>
            candidate.name === id || store.arn(candidate) === id || store.arn(candidate).slice(0, -7) === id,
        );
      // Callers without access to a secret do not learn whether it exists.
      if (!secret)
        return call([
          {
            action,
            resource: id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${region}:${accountId}:secret:${id}`,
          },
        ]);
      const arn = store.arn(secret);
      const context = { ...resourceTagConditions(secret.tags, 'secretsmanager'), ...stage };
      return call([{ action, resource: arn, context }, ...keyEntries(handler.keyUse, secret.kmsKeyId, arn)], secret);
    },
    formatError: jsonError('1.1'),
  };
}
