import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../cloud/service.ts';
import { readState, writeState } from '../cloud/state-file.ts';

export interface Key {
  readonly id: string;
  readonly createdAt: number;
  readonly description: string;
  readonly enabled: boolean;
  /** Days between the deletion of its resource and of the key; 30 unless the template says otherwise. */
  readonly pendingWindowInDays?: number;
  /** When a key whose deletion is scheduled is deleted; it can be used no more. */
  readonly deletionAt?: number;
  readonly rotation: boolean;
  /** The key policy as the template has it; keys of an older state folder have the default one. */
  readonly policy?: unknown;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  /** Of the template resource that made it. */
  readonly logicalId: string;
  /** Base64 of 32 bytes. */
  readonly material: string;
}

interface Kept {
  keys: Record<string, Key>;
  /** `alias/name` → key id. */
  aliases: Record<string, string>;
}

export interface Keyring {
  /** Makes the key of a template resource, or finds it again. */
  provide(
    logicalId: string,
    settings: Pick<Key, 'description' | 'enabled' | 'rotation' | 'policy' | 'tags' | 'pendingWindowInDays'>,
  ): Key;
  /** Schedules the deletion of a key; its template resource, made again, gets another key. */
  scheduleDeletion(keyId: string): void;
  setAlias(alias: string, keyId: string): void;
  removeAlias(alias: string): void;
  aliases(): Readonly<Record<string, string>>;
  keys(): readonly Key[];
  /** By id, ARN, alias or alias ARN. @throws AwsError `NotFoundException` */
  find(name: string): Key;
  /** @throws AwsError `DisabledException` */
  encrypt(key: Key, plaintext: Uint8Array, encryptionContext: EncryptionContext): Buffer;
  /** The key a ciphertext was made with. @throws AwsError `InvalidCiphertextException` */
  keyOf(ciphertext: Buffer): Key;
  /** @throws AwsError `InvalidCiphertextException` when anything, the context included, differs */
  decrypt(ciphertext: Buffer, encryptionContext: EncryptionContext): Buffer;
}

export type EncryptionContext = Readonly<Record<string, string>>;

const DEFAULT_WINDOW_DAYS = 30;
const MS_PER_DAY = 86_400_000;
const VERSION = 1;
const ID_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + ID_BYTES;

/** The context in one agreed order: it is authenticated with the ciphertext, never stored in it. */
const aad = (context: EncryptionContext): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));

const invalid = () =>
  new AwsError(
    'InvalidCiphertextException',
    'The ciphertext, or the encryption context it is bound to, is not the one that was made.',
  );

/** Keys stored in `stateDir/kms/keys.json`, readable by the owner alone; AES-256-GCM. */
export function openKeyring(stateDir: string, now: () => number): Keyring {
  const path = join(stateDir, 'kms', 'keys.json');
  const kept: Kept = readState<Kept>(path, { keys: {}, aliases: {} });

  const ring: Keyring = {
    provide(logicalId, settings) {
      const known = Object.values(kept.keys).find((key) => key.logicalId === logicalId && key.deletionAt === undefined);
      const key: Key = {
        ...(known ?? { id: randomUUID(), createdAt: now(), logicalId, material: randomBytes(32).toString('base64') }),
        ...settings,
      };
      kept.keys[key.id] = key;
      writeState(path, kept);
      return key;
    },
    scheduleDeletion(keyId) {
      const key = ring.find(keyId);
      const deletionAt = now() + (key.pendingWindowInDays ?? DEFAULT_WINDOW_DAYS) * MS_PER_DAY;
      kept.keys[key.id] = { ...key, enabled: false, deletionAt };
      writeState(path, kept);
    },
    setAlias(alias, keyId) {
      kept.aliases[alias] = keyId;
      writeState(path, kept);
    },
    removeAlias(alias) {
      delete kept.aliases[alias];
      writeState(path, kept);
    },
    aliases: () => kept.aliases,
    keys: () => Object.values(kept.keys),
    find(name) {
      const bare = name.startsWith('arn:') ? name.split(':').slice(5).join(':') : name;
      const id = bare.startsWith('alias/') ? kept.aliases[bare] : bare.replace(/^key\//, '');
      const key = id === undefined ? undefined : kept.keys[id];
      if (!key) throw new AwsError('NotFoundException', `Key '${name}' does not exist`);
      return key;
    },
    encrypt(key, plaintext, encryptionContext) {
      requireEnabled(key);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv).setAAD(
        aad(encryptionContext),
      );
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([
        Buffer.of(VERSION),
        Buffer.from(key.id.replaceAll('-', ''), 'hex'),
        iv,
        cipher.getAuthTag(),
        body,
      ]);
    },
    keyOf(ciphertext) {
      if (ciphertext.length < HEADER_BYTES + IV_BYTES + TAG_BYTES || ciphertext[0] !== VERSION) throw invalid();
      const hex = ciphertext.subarray(1, HEADER_BYTES).toString('hex');
      const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const key = kept.keys[id];
      if (!key) throw invalid();
      return key;
    },
    decrypt(ciphertext, encryptionContext) {
      const key = ring.keyOf(ciphertext);
      requireEnabled(key);
      const iv = ciphertext.subarray(HEADER_BYTES, HEADER_BYTES + IV_BYTES);
      const tag = ciphertext.subarray(HEADER_BYTES + IV_BYTES, HEADER_BYTES + IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv)
        .setAAD(aad(encryptionContext))
        .setAuthTag(tag);
      try {
        return Buffer.concat([
          decipher.update(ciphertext.subarray(HEADER_BYTES + IV_BYTES + TAG_BYTES)),
          decipher.final(),
        ]);
      } catch {
        throw invalid();
      }
    },
  };
  return ring;
}

function requireEnabled(key: Key): void {
  if (!key.enabled) throw new AwsError('DisabledException', `Key ${key.id} is disabled.`);
}
