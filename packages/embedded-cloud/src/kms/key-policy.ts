import { contextOf } from '../iam/conditions.ts';
import { evaluate } from '../iam/evaluate.ts';
import { parsePolicy } from '../iam/policy.ts';

/** The policy of a key whose template gives none: the account's IAM policies decide (KMS Developer Guide, "Default key policy"). */
export const defaultKeyPolicy = (accountId: string): unknown => ({
  Version: '2012-10-17',
  Id: 'key-default-1',
  Statement: [
    {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

/**
 * Reads a key policy and refuses one that locks out its own caller, as KMS does.
 * @throws Error with what is wrong
 */
export function checkKeyPolicy(document: unknown, logicalId: string, accountId: string): void {
  const policy = parsePolicy(document, `key policy of ${logicalId}`, 'resource');
  const administrator = { arn: `arn:aws:iam::${accountId}:user/admin`, accountId };
  const question = { action: 'kms:PutKeyPolicy', resource: `arn:aws:kms:::key/${logicalId}`, context: contextOf({}) };
  const { effect } = evaluate({ resource: [policy], resourceDecides: true }, question, administrator);
  if (effect === 'allow') return;
  throw new Error(
    `The new key policy will not allow you to update the key policy in the future. Let the account administer ${logicalId}: ${JSON.stringify({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' })}.`,
  );
}
