import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '#functions/runtime/config';

afterEach(() => vi.unstubAllEnvs());

it('reads the variables that are asked for, and no others', () => {
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
  const env = { RAW_BUCKET: 'xy', TRAINING_ROLE_ARN: 'hunter2', POLL_SECONDS: '0' };
  const read = () => readConfig(['STAGE', 'RAW_BUCKET', 'TRAINING_ROLE_ARN', 'POLL_SECONDS'], env);
  expect(read).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      message: expect.stringMatching(
        /STAGE is not set; RAW_BUCKET: .+; TRAINING_ROLE_ARN: .+; POLL_SECONDS: whole seconds.*serverless\.yml/,
      ),
    }),
  );
  expect(read).not.toThrow('hunter2');
});

it('takes 1 to 999 whole seconds and no other text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -5, max: 2000 }).map(String), fc.string(), fc.constant('1.5')), (text) => {
      const valid = /^\d+$/.test(text) && String(Number(text)) === text && Number(text) >= 1 && Number(text) <= 999;
      const read = () => readConfig(['POLL_SECONDS'], { POLL_SECONDS: text });
      if (valid) expect(read()).toEqual({ POLL_SECONDS: text });
      else expect(read).toThrow('POLL_SECONDS');
    }),
  );
});
