import { type JsonObject, requireString } from '../cloud/json-protocol.ts';
import type { CloudContext } from '../cloud/service.ts';
import { defaultKeyPolicy } from './key-policy.ts';
import { type Key, type Keyring, openKeyring } from './keyring.ts';

/** The keys of this account: the keyring, and how KMS names them. */
export interface AccountKeys {
  readonly accountId: string;
  readonly ring: Keyring;
  /** The policy of a key whose template has none. */
  readonly defaultPolicy: unknown;
  arnOf(key: Key): string;
  /** @param alias `alias/name` */
  aliasArn(alias: string): string;
  /** Aliases that name a key, `alias/…`. */
  aliasesOf(key: Key): string[];
  policyOf(key: Key): unknown;
  /** The key that the request's `KeyId` names. @throws AwsError `NotFoundException`, or without a `KeyId` */
  named(input: JsonObject): Key;
}

/** Opens the keys in the state folder. */
export function openAccountKeys({ accountId, region, stateDir, clock }: CloudContext): AccountKeys {
  const ring = openKeyring(stateDir, () => clock.now());
  const defaultPolicy = defaultKeyPolicy(accountId);
  return {
    accountId,
    ring,
    defaultPolicy,
    arnOf: (key) => `arn:aws:kms:${region}:${accountId}:key/${key.id}`,
    aliasArn: (alias) => `arn:aws:kms:${region}:${accountId}:${alias}`,
    aliasesOf: (key) => Object.entries(ring.aliases()).flatMap(([alias, id]) => (id === key.id ? [alias] : [])),
    policyOf: (key) => key.policy ?? defaultPolicy,
    named: (input) => ring.find(requireString(input, 'KeyId')),
  };
}
