import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigurationError } from '#domain/errors';
import { readSecret } from '#functions/aws/secrets';

/** Minimum key length in characters (RFC 2104 requires at least the hash's length; generated secrets have 64). */
const shortest = 32;

/**
 * The key for HMAC tokens: the secret's text as UTF-8, unchanged. All pipelines must use the same secret, and it must not
 * change, or tokens of old and new drops no longer join.
 *
 * @throws ConfigurationError when the secret is absent or too short
 */
export async function readTokenKey(client: SecretsManagerClient, secretId: string): Promise<Uint8Array> {
  const secret = await readSecret(client, secretId);
  if (secret === undefined || secret.length < shortest) {
    throw new ConfigurationError(
      `The secret ${secretId} holds no key of at least ${shortest} characters. Put a random text there once; changing it later breaks joins.`,
    );
  }
  return new TextEncoder().encode(secret);
}
