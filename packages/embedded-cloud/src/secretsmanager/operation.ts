import type { JsonObject } from '../cloud/json-protocol.ts';
import type { Secret } from './store.ts';

/** How an operation uses the secret's key. */
export type KeyUse = 'kms:Decrypt' | 'kms:GenerateDataKey' | undefined;

export interface SecretOperation {
  /** Absent: the operation is about a secret that exists, named by SecretId. */
  readonly on?: 'new' | 'none';
  readonly keyUse: KeyUse;
  run(input: JsonObject, secret: Secret | undefined): unknown;
}
