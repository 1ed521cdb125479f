import type { ResourceProvider } from '../cloud/service.ts';
import { readTags } from '../iam/tag-conditions.ts';
import type { AccountKeys } from './account-keys.ts';
import { checkKeyPolicy } from './key-policy.ts';

/** 7 to 30 days (CloudFormation Template Reference, AWS::KMS::Key). @throws Error */
function pendingWindow(declared: unknown): number {
  const days = Number(declared ?? 30);
  if (Number.isInteger(days) && days >= 7 && days <= 30) return days;
  throw new Error(`PendingWindowInDays must be a whole number from 7 to 30, not ${String(declared)}.`);
}

/** `AWS::KMS::Key`: made once per logical id, so that a new start finds it again. */
export function keyProvider({ accountId, arnOf, defaultPolicy, ring }: AccountKeys): ResourceProvider {
  return {
    async apply({ logicalId, properties }) {
      const spec = properties['KeySpec'] ?? 'SYMMETRIC_DEFAULT';
      if (spec !== 'SYMMETRIC_DEFAULT')
        throw new Error(`KeySpec ${String(spec)} is not emulated; only SYMMETRIC_DEFAULT is.`);
      const policy = properties['KeyPolicy'];
      if (policy !== undefined) checkKeyPolicy(policy, logicalId, accountId);
      const key = ring.provide(logicalId, {
        policy: policy ?? defaultPolicy,
        tags: readTags(properties['Tags']),
        description: String(properties['Description'] ?? ''),
        enabled: properties['Enabled'] !== false && properties['Enabled'] !== 'false',
        rotation: String(properties['EnableKeyRotation']) === 'true',
        pendingWindowInDays: pendingWindow(properties['PendingWindowInDays']),
      });
      return { ref: key.id, attributes: { Arn: arnOf(key), KeyId: key.id } };
    },
    delete: async ({ ref }) => ring.scheduleDeletion(ref),
  };
}

/** `AWS::KMS::Alias`. */
export function aliasProvider({ ring }: AccountKeys): ResourceProvider {
  return {
    async apply({ properties }) {
      const alias = String(properties['AliasName']);
      if (!/^alias\/(?!aws\/)[\w/-]{1,250}$/.test(alias))
        throw new Error(`AliasName must be alias/<letters, digits, / _ ->, not "${alias}".`);
      ring.setAlias(alias, ring.find(String(properties['TargetKeyId'])).id);
      return { ref: alias, attributes: {} };
    },
    delete: async ({ ref }) => ring.removeAlias(ref),
  };
}
