import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { python } from '../support/python.ts';

const packages = resolve('containers/xgboost');

export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs Python with the container's package on its path. */
export const runPython = (
  arguments_: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> =>
  new Promise((done, fail) => {
    const child = spawn(python?.python ?? '', arguments_, {
      env: {
        PATH: process.env['PATH'],
        ...python?.env,
        PYTHONPATH: packages,
        SM_NUM_CPUS: '1',
        OMP_WAIT_POLICY: 'PASSIVE',
        ...env,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
  });

export interface Training {
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** The files of each channel. */
  readonly channels: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly contentType?: string;
  /** The job's checkpoints, as SageMaker tells the container of them. */
  readonly checkpoints?: Readonly<Record<string, string>>;
}

export interface Trained extends ProgramResult {
  readonly failure: string | undefined;
  /** Stands for /opt/ml. */
  readonly directory: string;
}

/** Lays out /opt/ml in a new directory and runs `train`. */
export const train = async (training: Training): Promise<Trained> => {
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-container-'));
  const config = join(directory, 'input', 'config');
  await mkdir(config, { recursive: true });
  const declared = Object.keys(training.channels).map((name) => [
    name,
    { ContentType: training.contentType ?? 'text/csv' },
  ]);
  await writeFile(join(config, 'hyperparameters.json'), JSON.stringify(training.hyperparameters));
  await writeFile(join(config, 'inputdataconfig.json'), JSON.stringify(Object.fromEntries(declared)));
  if (training.checkpoints)
    await writeFile(join(config, 'checkpointconfig.json'), JSON.stringify(training.checkpoints));
  for (const [channel, files] of Object.entries(training.channels)) {
    const data = join(directory, 'input', 'data', channel);
    await mkdir(data, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(data, name), content);
  }
  const result = await runPython(['-m', 'tidegate_xgboost', 'train'], { SAGEMAKER_BASE_DIR: directory });
  const failure = join(directory, 'output', 'failure');
  return { ...result, directory, failure: existsSync(failure) ? await readFile(failure, 'utf8') : undefined };
};

/** Trains, gives what `look` finds, and removes the directory. */
export const withTraining = async <T>(training: Training, look: (trained: Trained) => Promise<T> | T): Promise<T> => {
  const trained = await train(training);
  try {
    return await look(trained);
  } finally {
    await rm(trained.directory, { recursive: true, force: true });
  }
};

/** Evaluates an expression on the trained model and some rows (CSV without labels). */
export const predict = async (trained: Trained, rows: string): Promise<number[] | number[][]> => {
  const script = `
import json, sys
import pathlib
from tidegate_xgboost.model import Model
from tidegate_xgboost.csv_data import parse_rows
model = Model(pathlib.Path(sys.argv[1]))
print(json.dumps(model.predict(parse_rows(sys.argv[2].encode())).tolist()))
`;
  const { output } = await runPython(['-c', script, join(trained.directory, 'model'), rows]);
  return JSON.parse(output) as number[] | number[][];
};
