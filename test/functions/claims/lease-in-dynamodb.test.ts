import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquireLease, releaseLease } from '#functions/claims/lease';
import type { PendingDrop } from '#schemas/records/run';
import { startTables, type Tables } from '../support/tables.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const dropOf = (name: string): PendingDrop => ({ pipeline: 'p', drop: `p/${name}/`, reason: 'drop', force: false });
const ask = (holder: string, dataset: string) => {
  const wanted = { holder, runId: `run-${holder}`, identity: dataset, force: false, pending: dropOf(dataset) };
  return acquireLease(tables.state, 'p', wanted, async () => true);
};
const giveBack = (holder: string) => releaseLease(tables.state, 'p', `run-${holder}`, holder);

it('the drop that waits is handed over with the lease, and the lease goes', async () => {
  await ask('e1', 'a');
  await ask('e2', 'b');
  await ask('e3', 'c');

  expect(await giveBack('e1')).toEqual(dropOf('c'));
  expect(await giveBack('e1')).toEqual(dropOf('c'));
  expect(await tables.state.get('p', 'lease')).toBeUndefined();

  expect(await ask('e4', 'd')).toEqual({ kind: 'held' });
  expect(await giveBack('e4')).toBeUndefined();
});
