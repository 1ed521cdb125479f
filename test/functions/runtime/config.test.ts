import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '#functions/runtime/config';

afterEach(() => vi.unstubAllEnvs());

it('reads the requested variables and no others', () => {
  const env = { STAGE: 'dev', STATE_TABLE: 'tidegate-dev-state', SLACK_API_URL: 'https://slack.com/api/' };
  expect(readConfig(['STAGE', 'SLACK_API_URL'], env)).toEqual({
    STAGE: 'dev',
    SLACK_API_URL: 'https://slack.com/api/',
  });
});

it("reads this process's environment", () => {
  vi.stubEnv('STAGE', 'prod');
  expect(readConfig(['STAGE'])).toEqual({ STAGE: 'prod' });
});

it('names every variable that is missing or malformed at once, without its value', () => {
  const env = { RAW_BUCKET: 'xy', TRAINING_ROLE_ARN: 'hunter2', SLACK_API_URL: 'slack' };
  const read = () => readConfig(['STAGE', 'RAW_BUCKET', 'TRAINING_ROLE_ARN', 'SLACK_API_URL'], env);
  expect(read).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      message: expect.stringMatching(
        /STAGE is not set; RAW_BUCKET: .+; TRAINING_ROLE_ARN: .+; SLACK_API_URL: .+serverless\.yml/,
      ),
    }),
  );
  expect(read).not.toThrow('hunter2');
});
