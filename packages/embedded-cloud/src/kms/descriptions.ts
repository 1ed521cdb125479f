import { type JsonObject, optionalString } from '../cloud/json-protocol.ts';
import { pageAfter } from '../cloud/paging.ts';
import { optionalNumber } from '../cloud/read-members.ts';
import { AwsError } from '../cloud/service.ts';
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
      run: (input, key) => {
        const name = optionalString(input, 'PolicyName') ?? 'default';
        if (name !== 'default') throw new AwsError('NotFoundException', `No such policy exists: ${name}`);
        return { Policy: JSON.stringify(policyOf(key ?? named(input))), PolicyName: 'default' };
      },
    },
  };
}

/** A page by Limit and Marker (API Reference, ListKeys and ListAliases). @throws AwsError `InvalidMarkerException` */
function paged<T>(input: JsonObject, all: readonly T[], keyOf: (item: T) => string, usual: number, most: number) {
  const { items, next } = pageAfter(
    all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    keyOf,
    optionalNumber(input, 'Limit', 1, most) ?? usual,
    optionalString(input, 'Marker'),
    () => new AwsError('InvalidMarkerException', 'The marker is not one that a page of this list gave.'),
  );
  return { items, Truncated: next !== undefined, ...(next !== undefined && { NextMarker: next }) };
}

/** The operations that list keys and aliases. */
export function listOperations({ aliasArn, arnOf, ring }: AccountKeys): Operations {
  return {
    ListKeys: {
      run: (input) => {
        const { items, ...page } = paged(input, ring.keys(), ({ id }) => id, 100, 1000);
        return { Keys: items.map((key) => ({ KeyId: key.id, KeyArn: arnOf(key) })), ...page };
      },
    },
    ListAliases: {
      run: (input) => {
        const of = optionalString(input, 'KeyId');
        const wanted = of === undefined ? undefined : ring.find(of).id;
        const all = Object.entries(ring.aliases()).filter(([, key]) => wanted === undefined || key === wanted);
        const { items, ...page } = paged(input, all, ([alias]) => alias, 50, 100);
        return {
          Aliases: items.map(([AliasName, TargetKeyId]) => ({ AliasName, AliasArn: aliasArn(AliasName), TargetKeyId })),
          ...page,
        };
      },
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
