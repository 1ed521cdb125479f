import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { ConfigurationError } from '#domain/errors';
import type { TokenKeys } from '#domain/privacy/tokenize';
import { readSecret } from '#functions/aws/secrets';

/** Minimum key length in characters (RFC 2104 requires at least the hash's length; generated secrets have 64). */
const shortest = 32;

const keysSchema = z.strictObject({ current: z.string(), previous: z.string().optional() });

/** The keys in a secret's text: one key as it is, or `{ "current": …, "previous": … }` while a key is replaced. */
function keysIn(secret: string): z.output<typeof keysSchema> | undefined {
  if (!secret.trimStart().startsWith('{')) return { current: secret };
  try {
    return keysSchema.safeParse(JSON.parse(secret)).data;
  } catch {
    return undefined;
  }
}

/**
 * The keys for HMAC tokens: texts as UTF-8, unchanged. All pipelines must use the same secret. Tokens of a key that is replaced at once join no
 * longer; docs/security.md says how a key is replaced with an overlap.
 *
 * @throws ConfigurationError when the secret is absent, or a key is too short
 */
export async function readTokenKeys(client: SecretsManagerClient, secretId: string): Promise<TokenKeys> {
  const secret = await readSecret(client, secretId);
  const keys = secret === undefined ? undefined : keysIn(secret);
  const texts = keys === undefined ? [] : [keys.current, ...(keys.previous === undefined ? [] : [keys.previous])];
  if (keys === undefined || texts.some(({ length }) => length < shortest)) {
    throw new ConfigurationError(
      `The secret ${secretId} holds no key of at least ${shortest} characters. Put a random text there once, or, to replace it, ` +
        '{"current": "…", "previous": "…"} with the new and the old one.',
    );
  }
  const bytes = (text: string) => new TextEncoder().encode(text);
  return { current: bytes(keys.current), ...(keys.previous === undefined ? {} : { previous: bytes(keys.previous) }) };
}
