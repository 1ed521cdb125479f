import type { JsonObject } from '../cloud/json-protocol.ts';
import { requireString } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import type { SecretOperation } from './operation.ts';
import type { Secret, SecretStore } from './store.ts';

const DAY_MS = 86_400_000;

/** API Reference, DeleteSecret: RecoveryWindowInDays. */
const WINDOW = { min: 7, max: 30, usual: 30 };

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** @throws AwsError `InvalidRequestException` for a secret that is scheduled for deletion */
export function requireLive(secret: Secret): Secret {
  if (secret.deletedAt === undefined) return secret;
  throw new AwsError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}

function readWindow(input: JsonObject): number {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
  if (force === true && days !== undefined && days !== null)
    throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  const window = days ?? WINDOW.usual;
  if (typeof window !== 'number' || !Number.isInteger(window) || window < WINDOW.min || window > WINDOW.max)
    throw invalid(`RecoveryWindowInDays value must be between ${WINDOW.min} and ${WINDOW.max} days (inclusive).`);
  return window;
}

/** The operations that delete a secret after its recovery window, or at once, and that restore it. */
export function recoveryOperations(
  store: SecretStore,
  now: () => number,
): Readonly<Record<'DeleteSecret' | 'RestoreSecret', SecretOperation>> {
  const needed = (input: JsonObject, found: Secret | undefined): Secret =>
    found ?? store.find(requireString(input, 'SecretId'));
  const named = (secret: Secret) => ({ ARN: store.arn(secret), Name: secret.name });
  return {
    DeleteSecret: {
      keyUse: undefined,
      run(input, found) {
        const window = readWindow(input);
        const force = input['ForceDeleteWithoutRecovery'] === true;
        // API Reference, DeleteSecret: what does not exist is no error here.
        if (force && !found) return { Name: requireString(input, 'SecretId'), DeletionDate: now() / 1000 };
        const secret = needed(input, found);
        if (force) {
          store.remove(secret);
          return { ...named(secret), DeletionDate: now() / 1000 };
        }
        requireLive(secret);
        secret.deletedAt = now();
        secret.deletionAt = secret.deletedAt + window * DAY_MS;
        store.save();
        return { ...named(secret), DeletionDate: secret.deletionAt / 1000 };
      },
    },
    RestoreSecret: {
      keyUse: undefined,
      run(input, found) {
        const secret = needed(input, found);
        delete secret.deletedAt;
        delete secret.deletionAt;
        store.save();
        return named(secret);
      },
    },
  };
}
