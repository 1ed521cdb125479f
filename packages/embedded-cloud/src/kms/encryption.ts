import { randomBytes } from 'node:crypto';
import { isJsonObject, type JsonObject, optionalString, requireString } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import type { AccountKeys } from './account-keys.ts';
import type { EncryptionContext, Key } from './keyring.ts';
import type { Operations } from './operation.ts';

const MAX_PLAINTEXT_BYTES = 4096;

const ciphertext = (input: JsonObject): Buffer => Buffer.from(requireString(input, 'CiphertextBlob'), 'base64');

/** The operations that encrypt, decrypt and make data keys. */
export function encryptionOperations(keys: AccountKeys): Operations {
  const { arnOf, named, ring } = keys;
  return {
    GenerateDataKey: { key: named, run: (input, key) => dataKey(keys, input, key) },
    GenerateDataKeyWithoutPlaintext: {
      key: named,
      run: (input, key) => {
        const { KeyId, CiphertextBlob } = dataKey(keys, input, key);
        return { KeyId, CiphertextBlob };
      },
    },
    Encrypt: {
      key: named,
      run: (input, key) => {
        const plaintext = Buffer.from(requireString(input, 'Plaintext'), 'base64');
        if (plaintext.length > MAX_PLAINTEXT_BYTES)
          throw new AwsError(
            'ValidationException',
            `Plaintext may have at most ${MAX_PLAINTEXT_BYTES} bytes; use a data key for more.`,
          );
        const found = key ?? named(input);
        return {
          KeyId: arnOf(found),
          CiphertextBlob: ring.encrypt(found, plaintext, readEncryptionContext(input)).toString('base64'),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      },
    },
    Decrypt: {
      key: (input) => {
        const key = ring.keyOf(ciphertext(input));
        const wanted = optionalString(input, 'KeyId');
        if (wanted !== undefined && ring.find(wanted).id !== key.id)
          throw new AwsError(
            'IncorrectKeyException',
            'The key ID in the request does not identify a key that can perform this operation.',
          );
        return key;
      },
      run: (input) => {
        const blob = ciphertext(input);
        return {
          KeyId: arnOf(ring.keyOf(blob)),
          Plaintext: ring.decrypt(blob, readEncryptionContext(input)).toString('base64'),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      },
    },
  };
}

function dataKey({ arnOf, named, ring }: AccountKeys, input: JsonObject, key: Key | undefined) {
  const bytes = input['NumberOfBytes'] ?? { AES_256: 32, AES_128: 16 }[String(input['KeySpec'] ?? '')];
  if (typeof bytes !== 'number' || bytes < 1 || bytes > 1024) {
    throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.');
  }
  const plaintext = randomBytes(bytes);
  const found = key ?? named(input);
  return {
    KeyId: arnOf(found),
    Plaintext: plaintext.toString('base64'),
    CiphertextBlob: ring.encrypt(found, plaintext, readEncryptionContext(input)).toString('base64'),
  };
}

/** The `EncryptionContext` of a request. @throws AwsError `ValidationException` */
export function readEncryptionContext(input: JsonObject): EncryptionContext {
  const value = input['EncryptionContext'] ?? {};
  if (!isJsonObject(value)) throw new AwsError('ValidationException', 'EncryptionContext must be an object of texts.');
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
