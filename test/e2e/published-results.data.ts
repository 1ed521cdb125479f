import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline as pipe } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { evaluationSchema } from '#schemas/evaluation';
import { fittedTransformSchema } from '#schemas/fitted-transform';
import { startProject, type UpProject } from './project.ts';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const data = (name: string) => path(`../shared/data/${name}`);
const flights = path('node_modules/vega-datasets/data/flights-3m.parquet');

let project: UpProject;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-data-'));
  project = await startProject([path('test/fixtures/pipelines/taiwan.yml'), path('test/fixtures/pipelines/adult.yml')]);
});
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function holdoutAuc(pipeline: string, source: string, as: string): Promise<number> {
  const file = join(folder, as);
  await pipe(createReadStream(source), createWriteStream(file));
  const { ended, run } = await project.drop(pipeline, [file], 'd1');
  expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  if (!run) throw new Error('the drop was not trained');
  const evaluation = await project.readArtifact(artifactKeys(run).evaluation, evaluationSchema);
  if (evaluation.task !== 'binary') throw new Error('not a binary task');
  return evaluation.metrics.auc.value;
}

describe('results on public data, through the whole pipeline', () => {
  const taiwan = data('credit_default_taiwan.csv.gz');
  it.skipIf(!existsSync(taiwan))(
    'reaches the measured AUC of 0.783 on the Taiwan credit data, within 0.01',
    async () => {
      const auc = await holdoutAuc('taiwan', taiwan, 'credit.csv.gz');

      expect(Math.abs(auc - 0.783)).toBeLessThanOrEqual(0.01);
    },
  );

  const adult = data('adult.data.gz');
  it.skipIf(!existsSync(adult))('reaches the measured AUC of 0.927 on Adult, within 0.01', async () => {
    const auc = await holdoutAuc('adult', adult, 'adult.data.gz');

    expect(Math.abs(auc - 0.927)).toBeLessThanOrEqual(0.01);
  });

  it.skipIf(!existsSync(flights))('trains flight-delay on more than a million real flights', async () => {
    const { ended, run } = await project.drop('flight-delay', [flights], '2001');

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    if (!run) throw new Error('the drop was not trained');
    const fitted = await project.readArtifact(artifactKeys(run).transform, fittedTransformSchema);
    expect(fitted.sides.train.rows).toBeGreaterThan(1_000_000);
  });
});
