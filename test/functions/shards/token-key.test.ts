import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { readTokenKeys } from '#functions/shards/token-key';

const client = new SecretsManagerClient({ region: 'eu-central-1' });
const secretIs = (SecretString: string | undefined) =>
  mockClient(client)
    .on(GetSecretValueCommand, { SecretId: 'token-key' })
    .resolves(SecretString === undefined ? {} : { SecretString });

test("the key is the secret's text as it stands", async () => {
  secretIs(`${'é'.repeat(32)}`);
  expect(await readTokenKeys(client, 'token-key')).toEqual({
    current: new TextEncoder().encode('é'.repeat(32)),
  });
});
test('while a key is replaced, the secret holds both', async () => {
  const [current, previous] = ['n'.repeat(32), 'o'.repeat(32)];
  secretIs(JSON.stringify({ current, previous }));
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(await readTokenKeys(client, 'token-key')).toEqual({ current: bytes(current), previous: bytes(previous) });
});
test('a secret that is empty or too short is refused without being shown', async () => {
  for (const secret of [
    undefined,
    'short-and-secret',
    `{"current": "${'n'.repeat(32)}", "previous": "short-and-secret"}`,
    '{ not JSON, short-and-secret, and longer than 32 characters',
    '{"key": "short-and-secret, though long enough to serve as one"}',
  ]) {
    secretIs(secret);
    const error = await readTokenKeys(client, 'token-key').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain('The secret token-key holds no key of at least 32 characters');
    expect(String(error)).not.toContain('short-and-secret');
  }
});
