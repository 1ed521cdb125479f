import { expect, it } from 'vitest';
import { tryFailedCreations } from '../support/failed-deployments.ts';
import { packageProject } from '../support/package-project.ts';

it('a first deployment that fails at any resource of the template is followed by one that succeeds', async () => {
  const project = packageProject('dev');
  try {
    const ids = Object.keys(project.template.Resources);
    const problems = await tryFailedCreations(
      project,
      ids.map((logicalId) => ({ logicalId, point: 'before' as const })),
    );
    process.stdout.write(`creations failed and repeated: ${ids.length}, problems: ${problems.length}\n`);

    expect(problems).toEqual([]);
  } finally {
    project.remove();
  }
});
