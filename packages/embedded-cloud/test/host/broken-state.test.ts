import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateError } from '#src/cloud/state-error';
import { lockHolder } from '#src/host/lock';
import { makePrivateFolder } from '#src/host/private-folder';
import { SERVICE_NAMES } from '#src/host/registry';
import { openWorkshop, role, send, sign, type Workshop } from '../cloud/small-stack.ts';

/** What a file is overwritten with: it must never be shown. */
const GARBAGE = 'garbage-4711-of-jane.doe@example.org';
const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'things',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
};
const resources = { FunctionRole: role([]), Things: table, Bucket: { Type: 'AWS::S3::Bucket' } };

let workshop: Workshop;
let whole: string;
const start = () => workshop.start(resources, { services: SERVICE_NAMES });
const reset = () => {
  rmSync(workshop.stateDir, { recursive: true, force: true });
  cpSync(whole, workshop.stateDir, { recursive: true });
};
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

/** Starts on a damaged folder. @returns the message; the start must fail */
async function refusal(): Promise<string> {
  const failure = await start().then(
    async (cloud) => {
      await cloud.close();
      return undefined;
    },
    (cause: unknown) => cause,
  );
  expect(failure).toBeInstanceOf(StateError);
  const { message } = failure as Error;
  expect(message).not.toContain('garbage');
  expect(message).not.toContain('\n');
  return message;
}

beforeAll(async () => {
  workshop = openWorkshop();
  whole = join(workshop.dir, 'whole');
  await (await start()).close();
  cpSync(workshop.stateDir, whole, { recursive: true });
});
afterAll(() => workshop.remove());

describe('a start on a state folder', () => {
  it('with a damaged database names it: garbage, cut in half, or cut to nothing', async () => {
    const databases = filesBelow(whole).filter((name) => /\.(?:db|sqlite)$/.test(name));
    expect(databases.length).toBeGreaterThan(6);
    for (const name of databases) {
      const path = join(workshop.stateDir, name);
      reset();
      writeFileSync(path, GARBAGE);
      expect(await refusal()).toContain(`${path} is damaged`);
      reset();
      truncateSync(path, statSync(path).size / 2);
      expect(await refusal()).toContain(`${path} is damaged`);
      reset();
      truncateSync(path, 0);
      expect(await refusal()).toContain(`${path} is empty: its content is lost`);
    }
  });

  it('with a damaged JSON file names it', async () => {
    const documents = filesBelow(whole).filter((name) => name.endsWith('.json') && !name.startsWith('audit'));
    expect(documents.length).toBeGreaterThan(2);
    for (const name of documents) {
      reset();
      writeFileSync(join(workshop.stateDir, name), `{"a": ${GARBAGE}`);
      expect(await refusal()).toContain(`${join(workshop.stateDir, name)} is not valid JSON`);
    }
  });

  it.each(['null', '[]', '{}', '{"admin":{},"root":"00"}'])(
    'with keys of another form names them: %s',
    async (text) => {
      reset();
      writeFileSync(join(workshop.stateDir, 'credentials.json'), text);
      expect(await refusal()).toContain('credentials.json');
    },
  );

  it('with damaged tables names their folder', async () => {
    const level = join(workshop.stateDir, 'dynamodb', 'level');
    const damage: readonly (() => void)[] = [
      () => writeFileSync(join(level, 'CURRENT'), GARBAGE),
      () => truncateSync(join(level, 'CURRENT'), 5),
      () => rmSync(join(level, 'CURRENT')),
      () => {
        for (const name of readdirSync(level))
          if (name.startsWith('MANIFEST')) writeFileSync(join(level, name), GARBAGE);
      },
    ];
    for (const inflict of damage) {
      reset();
      inflict();
      expect(await refusal()).toContain(`${level} is damaged`);
    }
  });

  it('with a file in place of a folder, or a folder in place of a file, names it', async () => {
    for (const name of ['s3', 'kms', 'logs', 'audit']) {
      reset();
      rmSync(join(workshop.stateDir, name), { recursive: true, force: true });
      writeFileSync(join(workshop.stateDir, name), GARBAGE);
      expect(await refusal()).toContain(name);
    }
    for (const name of ['lock', 'credentials.json', 's3/catalog.sqlite']) {
      reset();
      rmSync(join(workshop.stateDir, name), { force: true });
      mkdirSync(join(workshop.stateDir, name));
      expect(await refusal()).toContain(`${join(workshop.stateDir, name)} is a folder, where a file must be`);
    }
  });

  it('that is a file, or below one, names it', () => {
    const file = join(workshop.dir, 'file');
    writeFileSync(file, GARBAGE);
    expect(() => makePrivateFolder(file)).toThrow(`${file} is a file, where a folder must be`);
    expect(() => makePrivateFolder(join(file, 'home'))).toThrow('is below a file, where a folder must be');
    const closed = join(workshop.dir, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    // the administrator may write everywhere
    if (process.getuid?.() !== 0) {
      expect(() => makePrivateFolder(join(closed, 'home'))).toThrow('cannot be accessed by this user');
    }
  });

  it('with a lock of unreadable content takes it over; only a process that is known to hold it is named', async () => {
    reset();
    writeFileSync(join(workshop.stateDir, 'lock'), GARBAGE);
    expect(lockHolder(workshop.stateDir)).toBeUndefined();
    const cloud = await start();
    expect(lockHolder(workshop.stateDir)).toMatchObject({ pid: process.pid });
    await cloud.close();
    expect(lockHolder(workshop.stateDir)).toBeUndefined();
  });
});

describe('a disk without room', () => {
  it('ends a start with one line that names the file', () => {
    const bin = fileURLToPath(new URL('../../src/bin/embedded-cloud.ts', import.meta.url));
    const template = join(workshop.dir, 'empty.json');
    writeFileSync(template, JSON.stringify({ Resources: {} }));
    const state = join(workshop.dir, 'limited');
    const command = `ulimit -f 8; exec "${process.execPath}" "${bin}" up --template "${template}" --state "${state}"`;
    const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd: dirname(bin) });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^embedded-cloud: \S*limited\S* (?:cannot|is)[^\n]*\n$/);
  });

  it.runIf(process.platform === 'linux')('refuses requests that cannot be audited, and says why', async () => {
    reset();
    const log = join(workshop.stateDir, 'audit', 'audit.jsonl');
    rmSync(log, { force: true });
    symlinkSync('/dev/full', log);
    const cloud = await start();
    const list = { service: 'secretsmanager', target: 'secretsmanager.ListSecrets', body: '{}' };
    const response = await send(await sign(cloud, list));
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      __type: 'InternalServerError',
      message: expect.stringContaining(`${log} cannot be written: the disk is full`),
    });
    rmSync(log);
    await cloud.close();
  });
});
