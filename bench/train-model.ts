import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run as runCommand } from '#cli/python/command';
import { ensurePython } from '#cli/python/environment';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import type { RunPointer } from '#schemas/records/run';
import { folderStore } from './folder-store.ts';
import type { Measured } from './measure.ts';

/** What the training container finds at /opt/ml, and the records that the report reads. */
async function prepareTraining(root: string, run: RunPointer): Promise<string> {
  const keys = artifactKeys(run);
  const artifacts = folderStore(join(root, 'artifacts'));
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const hyperparameters = trainingHyperparameters(pipeline, fitted.label.classCounts);
  await artifacts.writeJson(keys.training, { hyperparameters, image: 'local' });
  const base = join(root, 'ml');
  const channel = { ContentType: 'text/csv', TrainingInputMode: 'File' };
  const files = { hyperparameters, inputdataconfig: { train: channel, validation: channel } };
  await mkdir(join(base, 'input', 'config'), { recursive: true });
  for (const [name, value] of Object.entries(files)) {
    await writeFile(join(base, 'input', 'config', `${name}.json`), JSON.stringify(value));
  }
  await mkdir(join(base, 'input', 'data'), { recursive: true });
  const { train, validation } = cleanKeys(run);
  for (const [name, prefix] of Object.entries({ train, validation })) {
    await symlink(join(root, 'clean', prefix), join(base, 'input', 'data', name));
  }
  return base;
}

/** Trains with the container's program, or scores the holdout with its model, in a Python process. */
export async function measureModel(step: 'train' | 'score', root: string, run: RunPointer): Promise<Measured> {
  const base = step === 'train' ? await prepareTraining(root, run) : join(root, 'ml');
  const { python, env } = await ensurePython();
  const containers = fileURLToPath(new URL('../containers/xgboost', import.meta.url));
  const model = fileURLToPath(new URL('wide-model.py', import.meta.url));
  const { code, output } = await runCommand(
    python,
    [model, step, join(root, 'clean', dirname(cleanKeys(run).shard(0)), '..')],
    {
      env: { ...env, PYTHONPATH: containers, SAGEMAKER_BASE_DIR: base },
    },
  );
  if (code !== 0) throw new Error(`step ${step} ended with ${code}: ${output.slice(-2000)}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}
