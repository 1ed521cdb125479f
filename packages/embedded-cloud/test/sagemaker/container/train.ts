import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BadRow, parseRows } from './csv.ts';
import { type Labelled, METRICS, predict, step, type Weights } from './model.ts';

const base = process.env['SAGEMAKER_BASE_DIR'] ?? '/opt/ml';

class Failure extends Error {
  override readonly name = 'Failure';
}

/** Rows of a channel; the label is the first column. */
function load(channel: string): Labelled {
  const folder = join(base, 'input', 'data', channel);
  const rows = readdirSync(folder)
    .sort()
    .flatMap((file) => {
      try {
        return parseRows(readFileSync(join(folder, file), 'utf8'));
      } catch (cause) {
        throw cause instanceof BadRow ? new Failure(`${file}: ${cause.message}`) : cause;
      }
    });
  return { labels: rows.map(([label = 0]) => label), rows: rows.map(([, ...features]) => features) };
}

function number(hyperparameters: Readonly<Record<string, string>>, name: string, otherwise: number): number {
  const value = Number(hyperparameters[name] ?? otherwise);
  if (Number.isNaN(value)) throw new Failure(`the hyperparameter ${name} is not a number`);
  return value;
}

/** The last weights of an earlier start and a way to keep them, where the job has checkpoints. */
function checkpoints(): { readonly found?: Weights; readonly keep: (weights: Weights) => void } {
  const config = join(base, 'input', 'config', 'checkpointconfig.json');
  if (!existsSync(config)) return { keep: () => {} };
  const { LocalPath: folder } = JSON.parse(readFileSync(config, 'utf8')) as { LocalPath: string };
  const file = join(folder, 'weights.json');
  writeFileSync(join(folder, 'weights.sagemaker-uploaded'), '');
  // as the toolkit does: an interruption leaves no half-written checkpoint
  const unfinished = `${file}.sagemaker-ignore`;
  const keep = (weights: Weights) => {
    writeFileSync(unfinished, JSON.stringify(weights));
    renameSync(unfinished, file);
  };
  if (!existsSync(file)) return { keep };
  process.stdout.write(
    `going on from ${readdirSync(folder).filter((name) => !name.includes('.sagemaker-')).length} checkpoint\n`,
  );
  return { keep, found: JSON.parse(readFileSync(file, 'utf8')) as Weights };
}

async function run(): Promise<void> {
  const config = join(base, 'input', 'config', 'hyperparameters.json');
  const hyperparameters = JSON.parse(readFileSync(config, 'utf8')) as Record<string, string>;
  const rounds = number(hyperparameters, 'num_round', 10);
  const eta = number(hyperparameters, 'eta', 0.3);
  const alpha = number(hyperparameters, 'alpha', 0);
  const metrics = (hyperparameters['eval_metric'] ?? 'logloss').split(',');
  const channels = readdirSync(join(base, 'input', 'data')).sort();
  const data = channels.map((name) => [name, load(name)] as const);
  const training = data.find(([name]) => name === 'train')?.[1];
  if (!training) throw new Failure('there is no channel train');

  const { found, keep } = checkpoints();
  let weights: Weights = found ?? new Array<number>((training.rows[0]?.length ?? 0) + 1).fill(0);
  const save = () => writeFileSync(join(base, 'model', 'model.json'), JSON.stringify(weights));
  if (hyperparameters['save_model_on_termination'] === 'true') {
    process.on('SIGTERM', () => {
      save();
      process.exit(0);
    });
  }
  for (let round = 0; round < rounds; round += 1) {
    weights = step(weights, training, eta, alpha);
    keep(weights);
    const values = data.flatMap(([name, { rows, labels }]) => {
      const scores = rows.map((row) => predict(weights, row));
      return metrics.map((metric) => `#011${name}-${metric}:${METRICS[metric]?.(scores, labels).toFixed(6)}`);
    });
    process.stdout.write(`[${round}]${values.join('')}\n`);
    // Signals are seen between rounds.
    await setImmediate();
  }
  save();
}

/** Trains by the container contract; a failure is left in output/failure. */
export async function train(): Promise<never> {
  try {
    await run();
    process.exit(0);
  } catch (cause) {
    const message = cause instanceof Failure ? cause.message : String(cause);
    writeFileSync(join(base, 'output', 'failure'), message);
    process.stdout.write(`${message}\n`);
    process.exit(1);
  }
}
