import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The text of a secret, or undefined when it has none. */
export async function readSecret(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  return SecretString;
}

/** The bot's token, or undefined while the secret says "unset". */
export async function readSlackToken(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  const secret = await readSecret(client, secretId);
  return secret?.startsWith('xox') ? secret : undefined;
}
