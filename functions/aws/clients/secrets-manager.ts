import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { once } from '#functions/aws/clients/once';

/** The process's one client of Secrets Manager. */
export const secretsClient = once(() => new SecretsManagerClient({}));
