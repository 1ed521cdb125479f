import { stripVTControlCharacters } from 'node:util';
import { SageMakerServiceException } from '@aws-sdk/client-sagemaker';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../cli/exit-codes.ts';
import { explainError, renderError } from '../../cli/explain-error.ts';
import { CliError } from '../../cli/output.ts';

describe('explaining errors on the command line', () => {
  it('keeps the message and exit code of an error of its own', () => {
    expect(explainError(new CliError('No run yet.', 3))).toEqual({
      name: 'RefusedError',
      message: 'No run yet.',
      exitCode: 3,
    });
  });

  it('passes on the words of a service that refused', () => {
    const refused = new SageMakerServiceException({
      name: 'ValidationException',
      message: 'no such package',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });

    expect(explainError(refused)).toEqual({
      name: 'ValidationException',
      message: 'ValidationException: no such package',
      exitCode: 1,
    });
  });

  it('says what to do when nobody listens any more', () => {
    const gone = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4566'), { code: 'ECONNREFUSED' });

    expect(explainError(gone)?.message).toContain('npx tidegate up');
  });

  it('leaves a defect to its stack', () => {
    expect(explainError(new TypeError('x is undefined'))).toBeUndefined();
    expect(explainError('text')).toBeUndefined();
  });
});

describe('what a failed command leaves on standard error', () => {
  const usage = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--fo'");

  it.each([
    ['an error of its own', new CliError('It is not up.', exitCodes.unavailable), 'UnavailableError', 5],
    ['a wrong command line', usage, 'UsageError', 2],
    ['no command', new CommanderError(1, 'commander.help', '(outputHelp)'), 'UsageError', 2],
    ['an invalid pipeline', Object.assign(new Error('bad'), { name: 'PipelineConfigError' }), 'PipelineConfigError', 6],
    ['no network', Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), 'UnavailableError', 5],
    [
      'no credentials',
      Object.assign(new Error('none'), { name: 'CredentialsProviderError' }),
      'CredentialsProviderError',
      5,
    ],
    ['a bug', new TypeError('x is undefined'), 'TypeError', 70],
    ['a bug that throws no error', 'text', 'InternalError', 70],
  ])('is one JSON document with --json: %s', (_, error, name, code) => {
    const { text, exitCode } = renderError(error, true);
    expect(exitCode).toBe(code);
    expect(JSON.parse(text)).toEqual({
      error: {
        name,
        message: expect.stringMatching(/^(?!error: )./),
        exitCode: code,
        ...(error instanceof TypeError ? { stack: expect.stringContaining('explain-error.test.ts') } : {}),
      },
    });
  });

  it('is a line for people, the stack trace of a bug, and nothing more for what the parser reported', () => {
    expect(stripVTControlCharacters(renderError(new CliError('No.'), false).text)).toBe('error No.\n');
    expect(renderError(new TypeError('x'), false).text).toMatch(/^TypeError: x\n {4}at /);
    expect(renderError(usage, false)).toEqual({ text: '', exitCode: 2 });
    expect(renderError(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'), true)).toEqual({
      text: '',
      exitCode: 0,
    });
  });
});
