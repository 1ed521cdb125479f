import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTANCE_PREFIX, identifyProcess } from 'embedded-cloud/process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloudFile, readCloud } from '../../cli/cloud-file.ts';
import { bringDown } from '../../cli/embedded-cloud.ts';

let home: string;
let bystander: ChildProcess;
let server: Server | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidegate-home-'));
  vi.stubEnv('TIDEGATE_HOME', home);
  bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.close();
  server = undefined;
  if (isUp()) {
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  }
  rmSync(home, { recursive: true });
});
const isUp = () => bystander.exitCode === null && bystander.signalCode === null;

/** A server that says which cloud it is. */
async function serve(instance: string): Promise<string> {
  server = createServer((request, response) => {
    response.end(request.url === INSTANCE_PREFIX ? JSON.stringify({ instance }) : 'no page');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
/** Writes what a daemon would have written. */
function note(over: Record<string, unknown>): void {
  const cloud = {
    instance: 'the-cloud',
    process: identifyProcess(bystander.pid ?? 0),
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-central-1',
    accountId: '123456789012',
    stage: 'local',
    accessKeyId: 'a',
    secretAccessKey: 's',
    outputs: {},
    startedAt: '2026-01-01T00:00:00.000Z',
    ...over,
  };
  writeFileSync(cloudFile(), JSON.stringify(cloud));
}
const elsewhen = () => ({ ...identifyProcess(bystander.pid ?? 0), startedAt: 'before', bootId: 'before' });

describe('the running cloud', () => {
  it('is recognised by its id at its endpoint, or by its process', async () => {
    note({ endpoint: await serve('the-cloud'), process: elsewhen() });
    expect(await readCloud()).toMatchObject({ instance: 'the-cloud' });
    note({});
    expect(await readCloud()).toMatchObject({ instance: 'the-cloud' });
  });
  it('is neither another process of its id nor another server at its port', async () => {
    note({ endpoint: await serve('another'), process: elsewhen() });
    expect(await readCloud()).toBeUndefined();
  });
  it.each(['{"pid":', '{"pid":1}', ''])('is not what a damaged or older file names: %j', async (text) => {
    writeFileSync(cloudFile(), text);
    expect(await readCloud()).toBeUndefined();
    expect(await bringDown()).toBe(false);
    expect(existsSync(cloudFile())).toBe(false);
  });
});

describe('bringing the cloud down', () => {
  it('ends its process', async () => {
    note({});
    expect(await bringDown()).toBe(true);
    expect(isUp()).toBe(false);
  });
  it('kills no process that has the id of a cloud that died, and cleans up', async () => {
    note({ process: elsewhen() });
    expect(await bringDown()).toBe(false);
    expect(isUp()).toBe(true);
    expect(existsSync(cloudFile())).toBe(false);
  });
  it('needs no cloud.json: the process that holds the state folder is the cloud', async () => {
    writeFileSync(join(home, 'lock'), JSON.stringify(identifyProcess(bystander.pid ?? 0)));
    writeFileSync(cloudFile(), '{"pid":');
    expect(await bringDown()).toBe(true);
    expect(isUp()).toBe(false);
  });
  it('kills no process that a lock names by its id alone, or that has the id of one that died', async () => {
    for (const holder of [bystander.pid, { pid: bystander.pid }, elsewhen()]) {
      writeFileSync(join(home, 'lock'), JSON.stringify(holder));
      expect(await bringDown()).toBe(false);
      expect(isUp()).toBe(true);
    }
  });
  it('says nothing of a cloud.json that is a folder', async () => {
    mkdirSync(cloudFile());
    expect(await bringDown()).toBe(false);
  });
  it('kills no process when the cloud that answers is one of another machine', async () => {
    note({ endpoint: await serve('the-cloud'), process: elsewhen() });
    await expect(bringDown()).rejects.toThrow('its process is not on this machine');
    expect(isUp()).toBe(true);
  });
});
