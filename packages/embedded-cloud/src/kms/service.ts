import { type JsonObject, jsonError, jsonResponse, optionalString, readJsonRequest } from '../cloud/json-protocol.ts';
import { type AuthorizationRequest, AwsError, type CloudContext } from '../cloud/service.ts';
import { resourceTagConditions } from '../iam/tag-conditions.ts';
import { type AccountKeys, openAccountKeys } from './account-keys.ts';
import { descriptionOperations, listOperations } from './descriptions.ts';
import { encryptionOperations, readEncryptionContext } from './encryption.ts';
import { encryptionContextKeys, type KmsService } from './key-use.ts';
import type { Key } from './keyring.ts';
import { kmsMembers } from './members.ts';
import type { Operations } from './operation.ts';
import { aliasProvider, keyProvider } from './resources.ts';

/** KMS with real AES-256-GCM keys, stored on this machine. */
export function createKms(context: CloudContext): KmsService {
  const keys = openAccountKeys(context);
  const { aliasesOf, arnOf, policyOf, ring } = keys;
  const operations: Operations = {
    ...descriptionOperations(keys),
    ...encryptionOperations(keys),
    ...listOperations(keys),
  };
  return {
    signingNames: ['kms'],
    members: kmsMembers,
    resources: { 'AWS::KMS::Key': keyProvider(keys), 'AWS::KMS::Alias': aliasProvider(keys) },
    resourcePolicy: (keyArn) =>
      ring
        .keys()
        .filter((key) => arnOf(key) === keyArn)
        .map(policyOf)[0],
    view(name) {
      const key = ring.find(name);
      return { arn: arnOf(key), enabled: key.enabled, aliases: aliasesOf(key), tags: key.tags ?? [] };
    },
    async prepare(request) {
      const { operation, input } = await readJsonRequest(request, 'TrentService');
      const handler = operations[operation];
      if (!handler)
        throw new AwsError(
          'UnknownOperationException',
          `KMS ${operation} is not emulated. Known: ${Object.keys(operations).join(', ')}.`,
        );
      const key = handler.key?.(input);
      return {
        operation,
        authorize: [
          { action: `kms:${operation}`, resource: key ? arnOf(key) : '*', context: conditionKeys(keys, input, key) },
        ],
        input,
        execute: async () => {
          requireSymmetric(input);
          const output = handler.run(input, key);
          // API Reference, Encrypt: DryRun. The request would have succeeded.
          if (input['DryRun'] === true)
            throw new AwsError(
              'DryRunOperationException',
              'The request would have succeeded, but the DryRun option is set.',
            );
          return jsonResponse(output, '1.1');
        },
      };
    },
    formatError: jsonError('1.1'),
  };
}

/** Keys are symmetric here. @throws AwsError `InvalidKeyUsageException` */
function requireSymmetric(input: JsonObject): void {
  const algorithm = optionalString(input, 'EncryptionAlgorithm') ?? 'SYMMETRIC_DEFAULT';
  if (algorithm !== 'SYMMETRIC_DEFAULT')
    throw new AwsError(
      'InvalidKeyUsageException',
      `EncryptionAlgorithm ${algorithm} is not possible with a symmetric key.`,
    );
}

/** The condition keys of a request. */
function conditionKeys(
  { accountId, aliasesOf }: AccountKeys,
  input: JsonObject,
  key: Key | undefined,
): NonNullable<AuthorizationRequest['context']> {
  const aliases = key ? aliasesOf(key) : [];
  const [, requested] = /(alias\/.+)$/.exec(optionalString(input, 'KeyId') ?? '') ?? [];
  return {
    'kms:CallerAccount': accountId,
    ...resourceTagConditions(key?.tags ?? []),
    ...(aliases.length > 0 && { 'kms:ResourceAliases': aliases }),
    ...(requested !== undefined && { 'kms:RequestAlias': requested }),
    ...encryptionContextKeys(readEncryptionContext(input)),
  };
}
