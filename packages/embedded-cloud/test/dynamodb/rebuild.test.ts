import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '#src/dynamodb/engine';
import { isHalfRebuilt, rebuildTable } from '#src/dynamodb/rebuild';

let folder: string;
let engine: Engine;
const create = () =>
  engine.run('CreateTable', {
    TableName: 'things',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
const active = async (): Promise<void> => {
  for (;;) {
    const { Table } = await engine.run('DescribeTable', { TableName: 'things' });
    if ((Table as { TableStatus: string }).TableStatus === 'ACTIVE') return;
    await new Promise(setImmediate);
  }
};
const ids = async (): Promise<string[]> =>
  ((await engine.run('Scan', { TableName: 'things' }))['Items'] as { id: { S: string } }[])
    .map(({ id }) => id.S)
    .toSorted();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloud-tables-'));
  engine = await openEngine(join(folder, 'level'), { accountId: '123456789012', region: 'eu-central-1' });
  await create();
  await active();
  for (let n = 10; n < 70; n++) await engine.run('PutItem', { TableName: 'things', Item: { id: { S: String(n) } } });
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a table created again', () => {
  const all = Array.from({ length: 60 }, (_, n) => String(n + 10));

  it('has the same items', async () => {
    await rebuildTable(engine, folder, 'things', async () => {
      await create();
      await active();
    });
    expect(await ids()).toEqual(all);
    expect(isHalfRebuilt(folder, 'things')).toBe(false);
  });

  it('loses none when the work is cut short and done again', async () => {
    const crash = rebuildTable(engine, folder, 'things', () => Promise.reject(new Error('killed')));
    await expect(crash).rejects.toThrow('killed');
    expect(isHalfRebuilt(folder, 'things')).toBe(true);
    await engine.close();
    engine = await openEngine(join(folder, 'level'), { accountId: '123456789012', region: 'eu-central-1' });
    await rebuildTable(engine, folder, 'things', async () => {
      await create();
      await active();
    });
    expect(await ids()).toEqual(all);
  });
});
