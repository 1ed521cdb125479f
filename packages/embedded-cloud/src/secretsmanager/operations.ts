import { isJsonObject, type JsonObject, optionalString, requireString } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import { randomPassword } from './generate.ts';
import { listedSecrets, page } from './listing.ts';
import type { SecretOperation } from './operation.ts';
import { requireLive } from './recovery.ts';
import type { Secret, SecretStore, SecretValue, Version } from './store.ts';

const MAX_SECRET_BYTES = 65_536;

function readValue(input: JsonObject): SecretValue | undefined {
  const text = optionalString(input, 'SecretString');
  const binary = optionalString(input, 'SecretBinary');
  if (text !== undefined && binary !== undefined)
    throw new AwsError('InvalidParameterException', 'You can set only one of SecretString and SecretBinary.');
  if (
    Buffer.byteLength(text ?? '') > MAX_SECRET_BYTES ||
    Buffer.byteLength(binary ?? '', 'base64') > MAX_SECRET_BYTES
  ) {
    throw new AwsError('InvalidParameterException', `A secret value may have at most ${MAX_SECRET_BYTES} bytes.`);
  }
  return text !== undefined ? { string: text } : binary !== undefined ? { binary } : undefined;
}

const tagsOf = (input: JsonObject): Secret['tags'] =>
  Array.isArray(input['Tags'])
    ? input['Tags'].filter(isJsonObject).map((tag) => ({ Key: String(tag['Key']), Value: String(tag['Value']) }))
    : [];

/** The operations of the API by name. */
export function secretOperations(store: SecretStore): Readonly<Record<string, SecretOperation>> {
  const needed = (input: JsonObject, secret: Secret | undefined): Secret =>
    secret ?? store.find(requireString(input, 'SecretId'));
  const live = (input: JsonObject, found: Secret | undefined): Secret => requireLive(needed(input, found));
  const named = (secret: Secret, version?: Version) => ({
    ARN: store.arn(secret),
    Name: secret.name,
    ...(version && { VersionId: version.id }),
  });
  const token = (input: JsonObject): string | undefined => optionalString(input, 'ClientRequestToken');
  const listed = (secret: Secret) => ({
    ...named(secret),
    Description: secret.description,
    ...(secret.kmsKeyId && { KmsKeyId: secret.kmsKeyId }),
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: secret.changedAt / 1000,
    ...(secret.deletedAt !== undefined && { DeletedDate: secret.deletedAt / 1000 }),
    Tags: secret.tags,
  });
  const stagesById = (secret: Secret) =>
    Object.fromEntries(Object.values(secret.versions).map(({ id, stages }) => [id, stages]));

  return {
    CreateSecret: {
      on: 'new',
      keyUse: 'kms:GenerateDataKey',
      run(input) {
        const name = requireString(input, 'Name', 'InvalidParameterException');
        if (!/^[\w/+=.@-]{1,512}$/.test(name))
          throw new AwsError('InvalidParameterException', 'Name may have 1 to 512 letters, digits and /_+=.@-');
        const kmsKeyId = optionalString(input, 'KmsKeyId');
        const settings = {
          description: optionalString(input, 'Description') ?? '',
          tags: tagsOf(input),
          ...(kmsKeyId && { kmsKeyId }),
        };
        const secret = store.create(name, settings, readValue(input), token(input));
        secret.initial = false;
        store.save();
        return named(secret, Object.values(secret.versions)[0]);
      },
    },
    GetSecretValue: {
      keyUse: 'kms:Decrypt',
      run(input, found) {
        const secret = live(input, found);
        const id = optionalString(input, 'VersionId');
        const stage = optionalString(input, 'VersionStage');
        const version = store.version(secret, { ...(id && { id }), ...(stage && { stage }) });
        return {
          ...named(secret, version),
          ...(version.string !== undefined ? { SecretString: version.string } : { SecretBinary: version.binary }),
          VersionStages: version.stages,
          CreatedDate: version.createdAt / 1000,
        };
      },
    },
    PutSecretValue: {
      keyUse: 'kms:GenerateDataKey',
      run(input, found) {
        const secret = live(input, found);
        const value = readValue(input);
        if (!value)
          throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
        const stages = Array.isArray(input['VersionStages']) ? input['VersionStages'].map(String) : ['AWSCURRENT'];
        const version = store.put(secret, value, stages, token(input));
        return { ...named(secret, version), VersionStages: version.stages };
      },
    },
    UpdateSecret: {
      keyUse: 'kms:GenerateDataKey',
      run(input, found) {
        const secret = live(input, found);
        secret.description = optionalString(input, 'Description') ?? secret.description;
        const kmsKeyId = optionalString(input, 'KmsKeyId');
        if (kmsKeyId) secret.kmsKeyId = kmsKeyId;
        const value = readValue(input);
        const version = value && store.put(secret, value, ['AWSCURRENT'], token(input));
        store.save();
        return named(secret, version);
      },
    },
    DescribeSecret: {
      keyUse: undefined,
      run(input, found) {
        const secret = needed(input, found);
        return { ...listed(secret), VersionIdsToStages: stagesById(secret) };
      },
    },
    ListSecrets: {
      on: 'none',
      keyUse: undefined,
      run(input) {
        const { items, ...next } = page(input, listedSecrets(input, store.list()), ({ name }) => name);
        const SecretList = items.map((secret) => ({ ...listed(secret), SecretVersionsToStages: stagesById(secret) }));
        return { SecretList, ...next };
      },
    },
    ListSecretVersionIds: {
      keyUse: undefined,
      run(input, found) {
        const secret = needed(input, found);
        const { items, ...next } = page(input, Object.values(secret.versions), ({ id }) => id);
        const Versions = items.map(({ id, stages, createdAt }) => ({
          VersionId: id,
          VersionStages: stages,
          CreatedDate: createdAt / 1000,
        }));
        return { ...named(secret), Versions, ...next };
      },
    },
    GetRandomPassword: { on: 'none', keyUse: undefined, run: (input) => ({ RandomPassword: randomPassword(input) }) },
  };
}
