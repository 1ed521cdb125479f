import type { AccountKeys } from './account-keys.ts';
import type { Key } from './keyring.ts';
import type { Operations } from './operation.ts';

/** The operations that describe one key. */
export function descriptionOperations(keys: AccountKeys): Operations {
  const { named, policyOf } = keys;
  return {
    DescribeKey: { key: named, run: (input, key) => ({ KeyMetadata: describe(keys, key ?? named(input)) }) },
    GetKeyRotationStatus: { key: named, run: (input, key) => ({ KeyRotationEnabled: (key ?? named(input)).rotation }) },
    GetKeyPolicy: {
      key: named,
      run: (input, key) => ({ Policy: JSON.stringify(policyOf(key ?? named(input))), PolicyName: 'default' }),
    },
  };
}

/** The operations that list keys and aliases. */
export function listOperations({ aliasArn, arnOf, ring }: AccountKeys): Operations {
  return {
    ListKeys: {
      run: () => ({ Keys: ring.keys().map((key) => ({ KeyId: key.id, KeyArn: arnOf(key) })), Truncated: false }),
    },
    ListAliases: {
      run: () => ({
        Aliases: Object.entries(ring.aliases()).map(([AliasName, TargetKeyId]) => ({
          AliasName,
          AliasArn: aliasArn(AliasName),
          TargetKeyId,
        })),
        Truncated: false,
      }),
    },
  };
}

const describe = ({ accountId, arnOf }: AccountKeys, key: Key) => ({
  AWSAccountId: accountId,
  KeyId: key.id,
  Arn: arnOf(key),
  CreationDate: key.createdAt / 1000,
  Enabled: key.enabled,
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.deletionAt !== undefined ? 'PendingDeletion' : key.enabled ? 'Enabled' : 'Disabled',
  ...(key.deletionAt !== undefined && { DeletionDate: key.deletionAt / 1000 }),
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  KeySpec: 'SYMMETRIC_DEFAULT',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});
