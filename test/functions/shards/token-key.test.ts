import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { readTokenKey } from '#functions/shards/token-key';

const client = new SecretsManagerClient({ region: 'eu-central-1' });
const secretIs = (SecretString: string | undefined) =>
  mockClient(client)
    .on(GetSecretValueCommand, { SecretId: 'token-key' })
    .resolves(SecretString === undefined ? {} : { SecretString });

test("the key is the secret's text as it stands", async () => {
  secretIs(`${'é'.repeat(32)}`);
  expect(await readTokenKey(client, 'token-key')).toEqual(new TextEncoder().encode('é'.repeat(32)));
});
test('a secret that is empty or too short is refused without being shown', async () => {
  for (const secret of [undefined, 'short-and-secret']) {
    secretIs(secret);
    const error = await readTokenKey(client, 'token-key').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain('The secret token-key holds no key of at least 32 characters');
    expect(String(error)).not.toContain('short-and-secret');
  }
});
