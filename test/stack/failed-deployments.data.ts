import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStackBench } from 'embedded-cloud/testing/stacks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryFailedCreations } from '../support/failed-deployments.ts';
import { type PackagedProject, packageProject } from '../support/package-project.ts';

let project: PackagedProject;
beforeAll(() => {
  project = packageProject('dev');
}, 120_000);
afterAll(() => project.remove());

describe('a first deployment', () => {
  // test/e2e/failed-deployments.data.ts does it for every resource.
  it('that fails at a resource of any type leaves nothing in the way of the next', { timeout: 300_000 }, async () => {
    const lastOfType = new Map(
      Object.entries(project.template.Resources).map(([logicalId, { Type }]) => [Type, logicalId]),
    );

    const problems = await tryFailedCreations(
      project,
      [...lastOfType.values()].flatMap((logicalId) => [
        { logicalId, point: 'before' as const },
        { logicalId, point: 'after' as const },
      ]),
    );

    expect(problems).toEqual([]);
  });

  it('cannot be rolled back whole with protected tables, and what is left blocks the next', {
    timeout: 120_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-deployments-'));
    const bench = await openStackBench(folder, project.folder, 'tidegate-dev');
    try {
      bench.fail('Dashboard');
      await expect(bench.deploy(project.template, { TableDeletionProtection: 'true' })).rejects.toThrow(
        'StateTable could not be deleted: table tidegate-dev-state is protected against deletion',
      );
      expect(bench.status()).toBe('ROLLBACK_FAILED');
      bench.fail(undefined);

      expect(await bench.remove()).toEqual(['ApprovalsTable', 'EndpointTestsTable', 'StateTable']);
      await expect(bench.deploy(project.template)).rejects.toThrow(
        /Table\): Resource of type 'AWS::DynamoDB::Table' with identifier 'tidegate-dev-[a-z-]+' already exists/,
      );
    } finally {
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is refused after a stack was deleted, until what it kept is deleted too', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-deployments-'));
    const bench = await openStackBench(folder, project.folder, 'tidegate-dev');
    try {
      const stack = await bench.deploy(project.template);
      const kept = await bench.remove();
      expect(kept).toHaveLength(17);
      await expect(bench.deploy(project.template)).rejects.toThrow('already exists');
      await bench.remove();

      for (const logicalId of kept) {
        const resource = stack.resources[logicalId];
        if (resource) await bench.deleteByHand(resource);
      }
      await expect(bench.deploy(project.template)).resolves.toMatchObject({ status: 'CREATE_COMPLETE' });
    } finally {
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
