import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockStateDir } from '#src/host/lock';
import { makePrivateFolder } from '#src/host/private-folder';
import { identifyProcess, stillRuns } from '#src/host/process-identity';

let root: string;
let stateDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'));
  stateDir = join(root, 'state');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const mode = (path: string) => statSync(path).mode & 0o7777;
/** Runs `work` while another process lives. */
async function besideAnother(work: (pid: number) => void): Promise<void> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    work(child.pid ?? 0);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

describe('a process', () => {
  it('is recognised while it runs, and no longer once it has ended', async () => {
    let noted = identifyProcess(0);
    await besideAnother((pid) => {
      noted = identifyProcess(pid);
      expect(noted && stillRuns(noted)).toBe(true);
    });
    expect(noted && stillRuns(noted)).toBe(false);
  });
  it('is not taken for another that had its id', () => {
    const own = identifyProcess(process.pid);
    expect(own).toBeDefined();
    expect(stillRuns({ ...own, pid: process.pid, startedAt: 'at another time' })).toBe(false);
    expect(stillRuns({ pid: process.pid })).toBe(true);
    for (const pid of [0, -1, 1.5, Number.NaN, 999_999_999]) expect(identifyProcess(pid)).toBeUndefined();
  });
  it.runIf(process.platform === 'linux')('is not taken for one of another start of the machine', () => {
    const own = identifyProcess(process.pid);
    expect(stillRuns({ ...own, pid: process.pid, bootId: 'another' })).toBe(false);
  });
});

describe('the lock of a state folder', () => {
  it('refuses others while it is held, and names the holder', () => {
    const release = lockStateDir(stateDir);
    expect(() => lockStateDir(stateDir)).toThrow(`process ${process.pid}`);
    expect(JSON.parse(readFileSync(join(stateDir, 'lock'), 'utf8'))).toEqual(identifyProcess(process.pid));
    release();
    lockStateDir(stateDir)();
  });
  it('of a live process is respected; one whose id another process has now is taken over', async () => {
    mkdirSync(stateDir);
    await besideAnother((pid) => {
      writeFileSync(join(stateDir, 'lock'), JSON.stringify(identifyProcess(pid)));
      expect(() => lockStateDir(stateDir)).toThrow(`process ${pid}`);
      writeFileSync(join(stateDir, 'lock'), JSON.stringify({ ...identifyProcess(pid), startedAt: 'long ago' }));
      lockStateDir(stateDir)();
    });
  });
  it.each([
    ['a process that is gone', '{"pid":999999999,"startedAt":"1","bootId":"b"}'],
    ['an earlier version, whose process is gone', '999999999'],
    ['our own id in another life', `{"pid":${process.pid},"startedAt":"1","bootId":"b"}`],
    ['nobody', 'torn {'],
    ['no process', '{"pid":"1"}'],
  ])('of %s is taken over', (_, text) => {
    mkdirSync(stateDir);
    writeFileSync(join(stateDir, 'lock'), text);
    lockStateDir(stateDir)();
  });
  it('of an earlier version is respected while a process has its id', async () => {
    mkdirSync(stateDir);
    await besideAnother((pid) => {
      writeFileSync(join(stateDir, 'lock'), String(pid));
      expect(() => lockStateDir(stateDir)).toThrow(`process ${pid}`);
    });
  });
});

describe.runIf(process.platform !== 'win32')('a state folder', () => {
  it('is created for its owner alone, and closed to others when it exists', () => {
    lockStateDir(stateDir)();
    expect(mode(stateDir)).toBe(0o700);
    chmodSync(stateDir, 0o755);
    const release = lockStateDir(stateDir);
    expect(mode(stateDir)).toBe(0o700);
    expect(mode(join(stateDir, 'lock'))).toBe(0o600);
    release();
  });
  it('is none that all users share', () => {
    mkdirSync(stateDir);
    chmodSync(stateDir, 0o1777);
    expect(() => makePrivateFolder(stateDir)).toThrow('is shared by the users of this machine');
    expect(mode(stateDir)).toBe(0o1777);
  });
});
