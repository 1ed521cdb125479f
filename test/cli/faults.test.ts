import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Cloud } from 'embedded-cloud';
import { FAULTS_PREFIX } from 'embedded-cloud/faults';
import { asAdmin, openWorkshop, role } from 'embedded-cloud/testing/clouds';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CloudFile } from '#cli/cloud-file';
import { printFaults } from '#cli/commands/faults';
import { exitCodes } from '#cli/exit-codes';
import { explainError } from '#cli/explain-error';
import { clearFaults, readFaultFile, readFaults, setFaults } from '#cli/faults';
import { slackPage } from '#cli/slack-page/pages';

const examples = join(import.meta.dirname, '../../examples/faults');
const workshop = openWorkshop();
let cloud: Cloud;
let file: CloudFile;

beforeAll(async () => {
  cloud = await workshop.start({ ReaderRole: role([]) }, { pages: [slackPage] });
  file = {
    instance: 'a',
    process: { pid: process.pid },
    endpoint: cloud.endpoint,
    region: cloud.region,
    accountId: cloud.accountId,
    stage: 'test',
    ...cloud.admin,
    outputs: {},
    startedAt: new Date().toISOString(),
  };
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const write = (text: string): string => {
  const path = join(workshop.dir, 'faults.yml');
  writeFileSync(path, text);
  return path;
};
const THROTTLE = `seed: 4
faults:
  - name: no secrets
    fault: throttle
    service: secretsmanager
    caller: anyone
    nth: 1
`;
const listSecrets = () => new SecretsManagerClient(asAdmin(cloud)).send(new ListSecretsCommand({}));

describe('the faults of a running cloud', () => {
  it('are set, counted and cleared from the command line', async () => {
    expect(await readFaults(file)).toBeUndefined();
    await setFaults(file, await readFaultFile(write(THROTTLE)));
    await expect(listSecrets()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await listSecrets()).SecretList).toEqual([]);
    expect(await readFaults(file)).toMatchObject({
      seed: 4,
      rules: [{ rule: 'no secrets', fault: 'throttle', when: 'occasion 1', tried: 2, fired: 1 }],
    });
    expect(await clearFaults(file)).toBeUndefined();
    expect(await readFaults(file)).toBeUndefined();
  });

  it('are printed as a table', async () => {
    await setFaults(file, await readFaultFile(write(THROTTLE)));
    await expect(listSecrets()).rejects.toThrow();
    const printed: string[] = [];
    const write_ = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    try {
      printFaults(await readFaults(file));
    } finally {
      write_.mockRestore();
    }
    const [head, row] = printed.join('').split('\n');
    expect(head).toMatch(/RULE\s+FAULT\s+WHERE\s+WHEN\s+TRIED\s+FIRED\s+LAST/);
    expect(row).toMatch(/^no secrets\s+throttle\s+secretsmanager:\* by anyone\s+occasion 1\s+1\s+1\s+\d\d:\d\d:\d\d$/);
  });

  it.each(readdirSync(examples))('are those of the example %s', async (name) => {
    const set = await setFaults(file, await readFaultFile(join(examples, name)));

    expect(set?.rules.length).toBeGreaterThan(0);
  });

  it('report names that the template does not have', async () => {
    const path = write(
      'faults:\n  - { fault: reset, service: s3, role: Reeder }\n  - { fault: lambda-init, function: nobody }\n',
    );
    expect((await setFaults(file, await readFaultFile(path)))?.rules.map(({ note }) => note)).toEqual([
      'the template has no role "Reeder". Did you mean Reader?',
      'the template has no function "nobody".',
    ]);
  });

  it('are read by anyone here and changed only by who knows the administrator’s secret', async () => {
    const url = `${cloud.endpoint}${FAULTS_PREFIX}`;
    expect(await (await fetch(url)).json()).toEqual({ faults: null });
    for (const [method, headers] of [
      ['PUT', {}],
      ['DELETE', {}],
      ['PUT', { authorization: 'Bearer guess' }],
    ] as const) {
      const body = method === 'PUT' ? { body: THROTTLE } : {};
      expect((await fetch(url, { method, headers: { ...headers }, ...body })).status).toBe(403);
    }
    expect((await fetch(url, { method: 'POST', body: THROTTLE })).status).toBe(405);
    expect(cloud.faults.status()).toBeUndefined();
  });

  it('refuse a file that makes no sense, and go on as before', async () => {
    await setFaults(file, await readFaultFile(write(THROTTLE)));
    const nonsense = { file: 'nonsense.yml', path: '/nonsense.yml', text: 'faults: 3' };
    await expect(setFaults(file, nonsense)).rejects.toThrow(
      'The embedded cloud refused: nonsense.yml has one problem:\n  nonsense.yml:1:9 faults: found 3; expected a list.',
    );
    expect(await readFaults(file)).toMatchObject({ seed: 4 });
  });
});

describe('a fault file', () => {
  it('that makes no sense is explained in plain words, before anything starts', async () => {
    const path = write('faults:\n  - fault: trottle\n    service: s3\n');
    const error = await readFaultFile(path).catch((cause: unknown) => cause);
    expect(explainError(error)).toEqual({
      name: 'FaultFileError',
      exitCode: exitCodes.invalid,
      message: expect.stringContaining(`${path}:2:12 faults[0].fault: found "trottle"`),
    });
    expect(explainError(error)?.message).toContain('Did you mean throttle?');
  });

  it('that does not exist is said not to', async () => {
    await expect(readFaultFile('no-such-file.yml')).rejects.toThrow('no-such-file.yml does not exist.');
  });
});
