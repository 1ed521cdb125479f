import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string;
let program: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloud-bin-'));
});
afterEach(async () => {
  if (program && program.exitCode === null && program.signalCode === null) {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

const run = (...commandLine: string[]): { child: ChildProcess; lines: string[] } => {
  const child = spawn(process.execPath, [join(root, 'src/bin/embedded-cloud.ts'), ...commandLine], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  program = child;
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  return { child, lines };
};
const refused = async (...commandLine: string[]) => {
  const { child, lines } = run(...commandLine);
  const [code] = (await once(child, 'close')) as [number];
  return { code, message: lines[0] };
};
const template = join(root, 'examples/orders.json');

describe('embedded-cloud up', () => {
  it('starts a cloud from a template, prints its endpoint and keys, and ends on Ctrl-C', async () => {
    const { child, lines } = run('up', '--template', template, '--state', 'kept', '--stack-name', 'shop');
    await expect.poll(() => lines.at(-1)).toBe('# shop is up; Ctrl-C ends it');
    const exported = new Map(
      lines.flatMap((line) => {
        const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
    );
    const table = lines.find((line) => line.startsWith('# output Table: '))?.slice('# output Table: '.length);
    const client = {
      endpoint: exported.get('AWS_ENDPOINT_URL') ?? '',
      region: exported.get('AWS_REGION') ?? '',
      credentials: {
        accessKeyId: exported.get('AWS_ACCESS_KEY_ID') ?? '',
        secretAccessKey: exported.get('AWS_SECRET_ACCESS_KEY') ?? '',
      },
    };
    const order = { id: 'o-1', lines: [{ price: 2.5, count: 2 }] };
    await new EventBridgeClient(client).send(
      new PutEventsCommand({
        Entries: [{ Source: 'shop', DetailType: 'Order Placed', Detail: JSON.stringify(order) }],
      }),
    );
    const dynamo = new DynamoDBClient(client);
    await expect
      .poll(async () => (await dynamo.send(new GetItemCommand({ TableName: table, Key: { id: { S: 'o-1' } } }))).Item)
      .toEqual({ id: { S: 'o-1' }, total: { N: '5' } });
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('loads pages from a module of plug-ins', async () => {
    writeFileSync(
      join(folder, 'plugins.mjs'),
      `export default { pages: [{ create: () => ({
         prefix: '/_hello/',
         handle: async (_request, response) => { response.end('hello'); },
       }) }] };`,
    );
    const { lines } = run('up', '--template', template, '--plugins', 'plugins.mjs');
    await expect.poll(() => lines.at(-1)).toContain('is up');
    const endpoint = lines[0]?.replace('export AWS_ENDPOINT_URL=', '');
    expect(await (await fetch(`${endpoint}/_hello/`)).text()).toBe('hello');
  });

  it.each([
    [['down'], 'embedded-cloud: the only command is "up"'],
    [['up'], 'embedded-cloud: --template is missing'],
    [['up', '--template', 't', '--port', 'x'], 'embedded-cloud: --port x is no port'],
    [['up', '--template', 't', '--parameter', 'x'], 'embedded-cloud: --parameter x is not <name>=<value>'],
    [['up', '--tempalte', 't'], expect.stringContaining("Unknown option '--tempalte'")],
  ])('refuses %j and shows the usage', async (commandLine, message) => {
    expect(await refused(...commandLine)).toEqual({ code: 2, message });
  });

  it('names a file that it cannot read', async () => {
    const { code, message } = await refused('up', '--template', 'nowhere.json');
    expect([code, message]).toEqual([1, expect.stringContaining('nowhere.json')]);
  });
});
