import type { JsonObject } from '../cloud/json-protocol.ts';
import type { Key } from './keyring.ts';

/** One operation of the KMS API. */
export interface Operation {
  /** What must be allowed, on which key. */
  key?(input: JsonObject): Key;
  run(input: JsonObject, key: Key | undefined): unknown;
}

/** Operations by name, as in `TrentService.<name>`. */
export type Operations = Readonly<Record<string, Operation>>;
