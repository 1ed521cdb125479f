import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../cloud/service.ts';
import { readState, writeState } from '../cloud/state-file.ts';

/** A value of a secret: text or bytes (base64). */
export interface SecretValue {
  readonly string?: string;
  readonly binary?: string;
}

export interface Version extends SecretValue {
  readonly id: string;
  readonly createdAt: number;
  stages: string[];
}

export interface Secret {
  readonly name: string;
  /** Six random characters at the end of the ARN. */
  readonly suffix: string;
  readonly createdAt: number;
  changedAt: number;
  description: string;
  kmsKeyId?: string;
  tags: { Key: string; Value: string }[];
  versions: Record<string, Version>;
  /** Of the template resource that made it. */
  logicalId?: string;
  /** When it was scheduled for deletion; milliseconds since the epoch. */
  deletedAt?: number;
  /** When the recovery window ends and it goes. */
  deletionAt?: number;
  /** No caller has put a value yet. */
  initial: boolean;
}

export interface SecretStore {
  list(): readonly Secret[];
  /** By name, full ARN, or ARN without its suffix. @throws AwsError `ResourceNotFoundException` */
  find(id: string): Secret;
  arn(secret: Secret): string;
  /** @throws AwsError `ResourceExistsException` */
  create(
    name: string,
    settings: Pick<Secret, 'description' | 'kmsKeyId' | 'tags' | 'logicalId'>,
    value: SecretValue | undefined,
    token?: string,
  ): Secret;
  /**
   * Adds a version. With `AWSCURRENT` among the stages the version current so far becomes `AWSPREVIOUS`.
   * @param token version id; the same token with the same value is the same request
   * @throws AwsError `ResourceExistsException` when the token was used with another value
   */
  put(secret: Secret, value: SecretValue, stages: readonly string[], token?: string): Version;
  /** @throws AwsError `ResourceNotFoundException` */
  version(secret: Secret, by: { readonly id?: string; readonly stage?: string }): Version;
  save(): void;
  remove(secret: Secret): void;
  /** Removes the secrets whose recovery window is over. */
  removeDue(): void;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const randomSuffix = (): string => Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Secrets stored in `stateDir/secretsmanager/secrets.json`, readable by the owner alone. */
export function openSecretStore(
  stateDir: string,
  account: { region: string; accountId: string },
  now: () => number,
): SecretStore {
  const path = join(stateDir, 'secretsmanager', 'secrets.json');
  const secrets = readState<Record<string, Secret>>(path, {});
  const save = (): void => writeState(path, secrets);
  const arn = ({ name, suffix }: Secret): string =>
    `arn:aws:secretsmanager:${account.region}:${account.accountId}:secret:${name}-${suffix}`;

  const store: SecretStore = {
    list: () => Object.values(secrets),
    arn,
    save,
    find(id) {
      const found = id.startsWith('arn:')
        ? Object.values(secrets).find((secret) => arn(secret) === id || arn(secret).slice(0, -7) === id)
        : secrets[id];
      if (!found) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return found;
    },
    create(name, settings, value, token) {
      const known = secrets[name];
      if (known) {
        if (known.deletedAt !== undefined)
          throw new AwsError(
            'InvalidRequestException',
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        // API Reference, CreateSecret: the request sent again with its token and its value is ignored.
        const version = token === undefined ? undefined : known.versions[token];
        if (version && version.string === value?.string && version.binary === value?.binary) return known;
        throw new AwsError(
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      const secret: Secret = {
        name,
        suffix: randomSuffix(),
        createdAt: now(),
        changedAt: now(),
        versions: {},
        initial: true,
        ...settings,
      };
      secrets[name] = secret;
      if (value) addVersion(secret, value, ['AWSCURRENT'], token, now());
      save();
      return secret;
    },
    put(secret, value, stages, token) {
      const version = addVersion(secret, value, stages, token, now());
      secret.initial = false;
      save();
      return version;
    },
    version(secret, { id, stage }) {
      const wanted = id
        ? secret.versions[id]
        : Object.values(secret.versions).find(({ stages }) => stages.includes(stage ?? 'AWSCURRENT'));
      if (!wanted || (id && stage && !wanted.stages.includes(stage))) {
        const which = id ? `VersionId: ${id}` : `staging label: ${stage ?? 'AWSCURRENT'}`;
        throw new AwsError(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${which}`,
        );
      }
      return wanted;
    },
    removeDue() {
      const due = Object.values(secrets).filter(({ deletionAt = Number.POSITIVE_INFINITY }) => deletionAt <= now());
      for (const { name } of due) delete secrets[name];
      if (due.length > 0) save();
    },
    remove(secret) {
      delete secrets[secret.name];
      save();
    },
  };
  return store;
}

function addVersion(
  secret: Secret,
  value: SecretValue,
  stages: readonly string[],
  token: string | undefined,
  at: number,
): Version {
  const id = token ?? randomUUID();
  const known = secret.versions[id];
  if (known) {
    if (known.string !== value.string || known.binary !== value.binary) {
      throw new AwsError(
        'ResourceExistsException',
        `The version ${id} already exists with another value; a version is never changed.`,
      );
    }
    return known;
  }
  for (const stage of stages) {
    const holder = Object.values(secret.versions).find((version) => version.stages.includes(stage));
    if (!holder) continue;
    if (stage === 'AWSCURRENT') {
      for (const version of Object.values(secret.versions))
        version.stages = version.stages.filter((label) => label !== 'AWSPREVIOUS');
      holder.stages.push('AWSPREVIOUS');
    }
    holder.stages = holder.stages.filter((label) => label !== stage);
  }
  const version: Version = { id, createdAt: at, stages: [...stages], ...value };
  secret.versions[id] = version;
  secret.changedAt = at;
  // A version no label points to is deprecated and may go (Secrets Manager User Guide, "Secret versions").
  for (const { id: old, stages: labels } of Object.values(secret.versions))
    if (labels.length === 0) delete secret.versions[old];
  return version;
}
