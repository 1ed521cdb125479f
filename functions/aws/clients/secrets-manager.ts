import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { once } from '#functions/aws/clients/once';

/** The process's only Secrets Manager client. */
export const secretsClient = once(() => new SecretsManagerClient({}));
