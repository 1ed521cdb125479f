import { randomBytes } from 'node:crypto';
import {
  isJsonObject,
  type JsonObject,
  jsonError,
  jsonResponse,
  optionalString,
  readJsonRequest,
  requireString,
} from '../cloud/json-protocol.ts';
import { type AuthorizationRequest, AwsError, type CloudContext, type ResourceProvider } from '../cloud/service.ts';
import { readTags, resourceTagConditions } from '../iam/tag-conditions.ts';
import { checkKeyPolicy, defaultKeyPolicy } from './key-policy.ts';
import { encryptionContextKeys, type KmsService } from './key-use.ts';
import { type EncryptionContext, type Key, openKeyring } from './keyring.ts';

interface Operation {
  /** What must be allowed, on which key. */
  key?(input: JsonObject): Key;
  run(input: JsonObject, key: Key | undefined): unknown;
}

const MAX_PLAINTEXT_BYTES = 4096;

/** KMS with real AES-256-GCM keys, stored on this machine. */
export function createKms(context: CloudContext): KmsService {
  const { accountId, region, stateDir, clock } = context;
  const ring = openKeyring(stateDir, () => clock.now());
  const arnOf = (key: Key): string => `arn:aws:kms:${region}:${accountId}:key/${key.id}`;
  const aliasArn = (alias: string): string => `arn:aws:kms:${region}:${accountId}:${alias}`;
  const named = (input: JsonObject): Key => ring.find(requireString(input, 'KeyId'));
  const ciphertext = (input: JsonObject): Buffer => Buffer.from(requireString(input, 'CiphertextBlob'), 'base64');

  const aliasesOf = (key: Key): string[] =>
    Object.entries(ring.aliases()).flatMap(([alias, id]) => (id === key.id ? [alias] : []));
  const defaultPolicy = defaultKeyPolicy(accountId);
  const policyOf = (key: Key): unknown => key.policy ?? defaultPolicy;

  const describe = (key: Key) => ({
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: arnOf(key),
    CreationDate: key.createdAt / 1000,
    Enabled: key.enabled,
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.enabled ? 'Enabled' : 'Disabled',
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    KeySpec: 'SYMMETRIC_DEFAULT',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  });

  function dataKey(input: JsonObject, key: Key | undefined) {
    const bytes = input['NumberOfBytes'] ?? { AES_256: 32, AES_128: 16 }[String(input['KeySpec'] ?? '')];
    if (typeof bytes !== 'number' || bytes < 1 || bytes > 1024) {
      throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.');
    }
    const plaintext = randomBytes(bytes);
    const found = key ?? named(input);
    return {
      KeyId: arnOf(found),
      Plaintext: plaintext.toString('base64'),
      CiphertextBlob: ring.encrypt(found, plaintext, contextOf(input)).toString('base64'),
    };
  }

  function conditionKeys(input: JsonObject, key: Key | undefined): NonNullable<AuthorizationRequest['context']> {
    const aliases = key ? aliasesOf(key) : [];
    const [, requested] = /(alias\/.+)$/.exec(optionalString(input, 'KeyId') ?? '') ?? [];
    return {
      'kms:CallerAccount': accountId,
      ...resourceTagConditions(key?.tags ?? []),
      ...(aliases.length > 0 && { 'kms:ResourceAliases': aliases }),
      ...(requested !== undefined && { 'kms:RequestAlias': requested }),
      ...encryptionContextKeys(contextOf(input)),
    };
  }

  const operations: Readonly<Record<string, Operation>> = {
    DescribeKey: { key: named, run: (input, key) => ({ KeyMetadata: describe(key ?? named(input)) }) },
    GetKeyRotationStatus: { key: named, run: (input, key) => ({ KeyRotationEnabled: (key ?? named(input)).rotation }) },
    GetKeyPolicy: {
      key: named,
      run: (input, key) => ({ Policy: JSON.stringify(policyOf(key ?? named(input))), PolicyName: 'default' }),
    },
    GenerateDataKey: { key: named, run: dataKey },
    GenerateDataKeyWithoutPlaintext: {
      key: named,
      run: (input, key) => {
        const { KeyId, CiphertextBlob } = dataKey(input, key);
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
          CiphertextBlob: ring.encrypt(found, plaintext, contextOf(input)).toString('base64'),
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
          Plaintext: ring.decrypt(blob, contextOf(input)).toString('base64'),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      },
    },
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

  const keyProvider: ResourceProvider = {
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
      });
      return { ref: key.id, attributes: { Arn: arnOf(key), KeyId: key.id } };
    },
  };
  const aliasProvider: ResourceProvider = {
    async apply({ properties }) {
      const alias = String(properties['AliasName']);
      if (!/^alias\/(?!aws\/)[\w/-]{1,250}$/.test(alias))
        throw new Error(`AliasName must be alias/<letters, digits, / _ ->, not "${alias}".`);
      ring.setAlias(alias, ring.find(String(properties['TargetKeyId'])).id);
      return { ref: alias, attributes: {} };
    },
    delete: async ({ ref }) => ring.removeAlias(ref),
  };

  return {
    signingNames: ['kms'],
    resources: { 'AWS::KMS::Key': keyProvider, 'AWS::KMS::Alias': aliasProvider },
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
          { action: `kms:${operation}`, resource: key ? arnOf(key) : '*', context: conditionKeys(input, key) },
        ],
        input,
        execute: async () => jsonResponse(handler.run(input, key), '1.1'),
      };
    },
    formatError: jsonError('1.1'),
  };
}

function contextOf(input: JsonObject): EncryptionContext {
  const value = input['EncryptionContext'] ?? {};
  if (!isJsonObject(value)) throw new AwsError('ValidationException', 'EncryptionContext must be an object of texts.');
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
