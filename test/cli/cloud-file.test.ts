import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess, StateError } from 'embedded-cloud/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloudFile, readCloudFile, readEnd, writeEnd } from '#cli/cloud-file';
import { exitCodes } from '#cli/exit-codes';
import { explainError, explainFailure, notUp } from '#cli/explain-error';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidegate-home-'));
  vi.stubEnv('TIDEGATE_HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

describe('a daemon that had to stop', () => {
  it('leaves the reason in place of its record, and the commands show it', () => {
    writeFileSync(cloudFile(), JSON.stringify({ instance: 'x', secret: 'y'.repeat(500) }));
    writeEnd('The disk is full.');
    expect(readFileSync(cloudFile(), 'utf8')).not.toContain('yyy');
    expect(readEnd()).toMatchObject({ ended: 'The disk is full.' });
    expect(readCloudFile()).toBeUndefined();
    expect(notUp().message).toMatch(
      /^The embedded cloud is not up\. It stopped at \S+: The disk is full\. Start it with "npx tidegate up"\.$/,
    );
  });

  it('leaves nothing where there was no record', () => {
    writeEnd('The disk is full.');
    expect(readEnd()).toBeUndefined();
    expect(notUp().message).toBe('The embedded cloud is not up. Start it with "npx tidegate up".');
  });
});

describe('a cloud that runs without a readable cloud.json', () => {
  it('is not said to be down', () => {
    writeFileSync(join(home, 'lock'), JSON.stringify(identifyProcess(process.pid)));
    writeFileSync(cloudFile(), 'garbage');
    expect(notUp().message).toContain(`An embedded cloud (process ${process.pid}) runs on ${home}`);
    expect(notUp().message).toContain('Run "npx tidegate down", then "npx tidegate up"');
  });
});

describe('a failure of the state folder', () => {
  const failed = (code: string, path?: string) =>
    Object.assign(new Error(`${code}: failed`), { code, ...(path !== undefined && { path }) });

  it.each([
    ['ENOSPC', 'cannot be written: the disk is full'],
    ['EROFS', 'is on a read-only file system'],
    ['EACCES', 'cannot be accessed by this user'],
    ['EISDIR', 'is a folder, where a file must be'],
    ['ENOTDIR', 'is below a file'],
  ])('is one line with the file and the fix: %s', (code, problem) => {
    const path = join(home, 's3', 'catalog.sqlite');
    const { message = '', exitCode, stack } = explainError(failed(code, path)) ?? {};
    expect(message).toContain(`${path} ${problem}`);
    expect(message).not.toContain('\n');
    expect(exitCode).toBe(exitCodes.failed);
    expect(stack).toBeUndefined();
  });

  it('names the folder when the error names nothing', () => {
    expect(explainError(failed('ENOSPC'))?.message).toContain(`${home} cannot be written: the disk is full`);
  });

  it('is no failure of another place', () => {
    expect(explainError(failed('EACCES', '/elsewhere/loans.csv'))).toBeUndefined();
  });

  it('names the command that starts anew', () => {
    const error = new StateError(
      'x is damaged. Restore the state folder from a copy, or delete it to start without state.',
    );
    expect(explainError(error)?.message).toBe(
      'x is damaged. Restore the state folder from a copy, or run "npx tidegate down --delete" to start without state.',
    );
  });
});

describe('what the daemon reports', () => {
  it('quotes nothing that a parser could not parse, in the message or in its log', () => {
    const cause = (() => {
      try {
        return JSON.parse('jane.doe@example.org');
      } catch (error) {
        return error;
      }
    })();
    const { message, log } = explainFailure(cause);
    expect(message).toBe('It failed with SyntaxError');
    expect(log).not.toContain('jane');
  });

  it('is one line for what the user can fix, and the stack is for the log of a bug', () => {
    const bug = explainFailure(new TypeError('a is\n  undefined'));
    expect(bug.message).toBe('It failed with TypeError: a is undefined');
    expect(bug.log).toContain('at ');
    const port = explainFailure(Object.assign(new Error('listen'), { code: 'EADDRINUSE' }));
    expect(port).toMatchObject({ exitCode: exitCodes.usage, message: expect.stringContaining('--port') });
    const template = explainFailure(Object.assign(new Error('Resources.A: no'), { name: 'TemplateError' }));
    expect(template.log).toBe(template.message);
  });
});
