import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleCsv } from 'embedded-cloud/testing/sagemaker';
import { describe, expect, it } from 'vitest';
import { python } from '../support/python.ts';
import { predict, runPython, type Training, withTraining } from './container.ts';

const data = sampleCsv(200, 11);
const binary = { num_round: '5', objective: 'binary:logistic', max_depth: '2' };
const one = (csv: string, more: Partial<Training> = {}): Training => ({
  hyperparameters: binary,
  channels: { train: { 'a.csv': csv } },
  ...more,
});
const rounds = (output: string) => output.split('\n').filter((line) => line.startsWith('['));

describe.skipIf(!python)('the training container', () => {
  it.concurrent('reads all files of a channel, prints a line a round and leaves one model', async () => {
    const lines = data.trim().split('\n');
    const training = one('', {
      hyperparameters: { ...binary, eval_metric: 'auc,accuracy' },
      channels: {
        train: {
          'b.csv': `${lines.slice(0, 100).join('\r\n')}\r\n`,
          'c.csv': lines.slice(100).join('\n'),
          _SUCCESS: 'x',
        },
        validation: { 'v.csv': sampleCsv(50, 12) },
      },
    });
    await withTraining(training, async ({ code, output, directory }) => {
      expect(output).toContain('Train matrix has 200 rows and 4 columns');
      expect(rounds(output)).toHaveLength(5);
      expect(rounds(output)[0]).toMatch(
        /^\[0\]#011train-auc:0\.\d{5}#011train-accuracy:0\.\d{5}#011validation-auc:0\.\d{5}#011validation-accuracy:0\.\d{5}$/,
      );
      expect(await readdir(join(directory, 'model'))).toEqual(['xgboost-model']);
      expect(code).toBe(0);
    });
  });

  it.concurrent('stops early on the last metric named, and keeps the best round', async () => {
    const training = one(data, {
      hyperparameters: {
        ...binary,
        num_round: '300',
        max_depth: '6',
        eta: '0.9',
        eval_metric: 'auc,logloss',
        early_stopping_rounds: '3',
      },
      channels: { train: { 'a.csv': data }, validation: { 'v.csv': sampleCsv(100, 13) } },
    });
    await withTraining(training, async ({ output, directory }) => {
      const losses = rounds(output).map((line) => Number(/validation-logloss:([\d.]+)/.exec(line)?.[1]));
      const best = losses.indexOf(Math.min(...losses));
      expect(losses).toHaveLength(best + 1 + 3);
      const script = `import xgboost; b = xgboost.Booster(); b.load_model(bytearray(open(${JSON.stringify(join(directory, 'model', 'xgboost-model'))}, "rb").read())); print(b.num_boosted_rounds())`;
      expect((await runPython(['-c', script])).output.trim()).toBe(String(best + 1));
    });
  });

  it.concurrent('takes weights from the second column, and classes by number', async () => {
    const weighted = '1,100,0\n0,1,0\n1,1,1\n0,100,1\n'.repeat(20);
    await withTraining(
      one(weighted, { hyperparameters: { ...binary, num_round: '30', csv_weights: '1' } }),
      async (trained) => {
        expect(trained.code).toBe(0);
        const [low = 0, high = 1] = (await predict(trained, '0\n1')) as number[];
        expect(low).toBeGreaterThan(0.8);
        expect(high).toBeLessThan(0.2);
      },
    );
    const classes = { num_round: '5', objective: 'multi:softprob', num_class: '3', eval_metric: 'merror' };
    await withTraining(one('0,0\n1,1\n2,2\n'.repeat(20), { hyperparameters: classes }), async (trained) => {
      expect(rounds(trained.output).at(-1)).toBe('[4]#011train-merror:0.00000');
      const scores = (await predict(trained, '2')) as number[][];
      expect(scores[0]?.indexOf(Math.max(...(scores[0] ?? [])))).toBe(2);
    });
    // Two trainings and two servers, each a Python process that imports XGBoost: up to 30 s on a machine with other work.
  }, 120_000);

  it.concurrent('reads libsvm, and takes it for granted when no type is declared', async () => {
    const libsvm = '1 0:1.5 2:1\n0 0:-1.5\n'.repeat(30);
    await withTraining(one('', { channels: { train: { a: libsvm } }, contentType: '' }), ({ code, output }) => {
      expect(output).toContain('Train matrix has 60 rows and 3 columns');
      expect(code).toBe(0);
    });
  });

  it.concurrent.each([
    ['a header', one('label,x\n1,2\n'), /a\.csv: row 1, column 1 is not a number: the file must have no header/],
    ['a field that is no number', one('1,2\n0,1e\n'), /a\.csv: row 2, column 2 is not a number/],
    ['a row that is too short', one('1,2,3\n0,1\n'), /a\.csv: row 2 has 2 columns where 3 are expected/],
    ['a missing label', one('1,2\n,3\n0,1\n'), /1 rows without a label; the first is row 2/],
    ['an infinite number', one('1,2\n0,inf\n'), /an infinite number in row 2, column 2/],
    ['labels without features', one('1\n0\n'), /has 1 columns; each row needs a label and at least one feature/],
    ['one class only', one('1,2\n1,3\n'), /All rows of the train channel have the label 1: two classes are needed/],
    ['labels that are no classes', one('1,2\n2,3\n'), /binary:logistic takes the labels 0 and 1/],
    ['an empty channel', one(''), /No data in training channel path/],
    ['no train channel', one('', { channels: { validation: { a: '1,2\n' } } }), /Missing required channel: train/],
    [
      'files of different widths',
      one('', { channels: { train: { a: '1,2\n', b: '1,2,3\n' } } }),
      /b has 3 columns, the files before it have 2/,
    ],
    [
      'channels of different widths',
      one('', { channels: { train: { a: '1,2\n0,3\n' }, validation: { b: '1,2,3\n' } } }),
      /validation channel has 2 features, the train channel 1/,
    ],
    ['CSV declared as libsvm', one(data, { contentType: 'text/libsvm' }), /is not 'LIBSVM' format/],
    ['an unknown type', one(data, { contentType: 'image/png' }), /image\/png is not an accepted ContentType/],
    [
      'a file that is no Parquet',
      one(data, { contentType: 'application/x-parquet' }),
      /is not a Parquet file|needs the Python package pyarrow/,
    ],
  ])('explains %s', async (_, training, message) => {
    await withTraining(training, ({ code, failure }) => {
      expect(failure).toMatch(message);
      expect(code).toBe(1);
    });
  });

  it('checks hyperparameters as the built-in algorithm does', async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ objective: 'binary:logistic' }, /^Missing required hyperparameter: num_round$/],
      [{ num_round: '0' }, /^Hyperparameter num_round: 0 is not in \[1, inf\)$/],
      [{ num_round: '1.5' }, /^Hyperparameter num_round: '1.5' is not an integer$/],
      [{ num_round: '1', eta: '1.5' }, /^Hyperparameter eta: 1.5 is not in \[0, 1\]$/],
      [{ num_round: '1', eta: 'nan' }, /eta: nan is not in/],
      [{ num_round: '1', subsample: '0' }, /^Hyperparameter subsample: 0 is not in \(0, 1\]$/],
      [{ num_round: '1', depth: '3' }, /^Extraneous hyperparameter found: depth$/],
      [{ num_round: '1', tree_method: 'fast' }, /'fast' is not one of auto, exact, approx, hist/],
      [{ num_round: '1', _kfold: '5' }, /^Hyperparameter _kfold: cross-validation inside the container/],
      [{ num_round: '1', eval_metric: 'auc,acc' }, /metric 'acc' is not one of .*accuracy/],
      [
        { num_round: '1', eval_metric: 'rmse@0.5' },
        /customized threshold should be one of these options: error, ndcg, map/,
      ],
      [{ num_round: '1', eval_metric: 'auc' }, /can only be applied for classification and ranking/],
      [{ num_round: '1', objective: 'multi:softmax' }, /Require input for parameter 'num_class'/],
      [{ num_round: '1', num_class: '3' }, /Do not need to setup parameter 'num_class'/],
      [
        { num_round: '"1"', objective: '"binary:logistic"', eval_metric: 'error@0.3,aucpr', sagemaker_region: 'x' },
        /^ok$/,
      ],
    ];
    const script = `
import json, sys
from tidegate_xgboost.hyperparameters import validate
from tidegate_xgboost.errors import UserError
def attempt(given):
    try:
        validate(given)
        return "ok"
    except UserError as fault:
        return str(fault)
print(json.dumps([attempt(given) for given in json.loads(sys.argv[1])]))
`;
    const { output } = await runPython(['-c', script, JSON.stringify(cases.map(([given]) => given))]);
    const found = JSON.parse(output) as string[];
    cases.forEach(([, message], index) => {
      expect(found[index]).toMatch(message);
    });
  });

  it('computes the metrics that it adds to those of XGBoost', async () => {
    const script = `
import json, numpy as np
from tidegate_xgboost.metrics import evaluator
class Matrix:
    def __init__(self, labels): self.labels = np.array(labels, np.float32)
    def get_label(self): return self.labels
names = ["accuracy", "balanced_accuracy", "f1", "f1_binary", "precision", "recall", "precision_macro", "recall_micro"]
binary = dict(evaluator(names)(np.array([.9, .8, .3, .6, .2, .1]), Matrix([1, 1, 1, 0, 0, 0])))
many = dict(evaluator(["accuracy", "f1"])(np.eye(3)[[0, 1, 2, 2]], Matrix([0, 1, 2, 0])))
real = dict(evaluator(["mse", "r2"])(np.array([1., 2., 4.]), Matrix([1, 2, 3])))
print(json.dumps([binary, many, real]))
`;
    const [two, many, real] = JSON.parse((await runPython(['-c', script])).output) as Record<string, number>[];
    const third = 2 / 3;
    // Hard labels 1 1 0 1 0 0 against 1 1 1 0 0 0: two right of three in each class.
    for (const name of Object.keys(two ?? {})) expect(two?.[name]).toBeCloseTo(third, 12);
    expect(many?.['accuracy']).toBe(0.75);
    expect(many?.['f1']).toBeCloseTo((third + 1 + third) / 3, 12);
    expect(real?.['mse']).toBeCloseTo(1 / 3, 12);
    expect(real?.['r2']).toBeCloseTo(0.5, 12);
  });

  it('reads any CSV of numbers and gaps as NumPy does, on the fast and the careful way alike', async () => {
    const script = `
import json, pathlib, tempfile
import numpy as np
from tidegate_xgboost import csv_data
random = np.random.default_rng(5)
csv_data.BLOCK_BYTES = 256
with tempfile.TemporaryDirectory() as folder:
    for trial in range(60):
        rows, columns, gaps = random.integers(1, 40), random.integers(2, 6), random.choice([0, 0.1, 0.6])
        table = np.where(random.random((rows, columns)) < gaps, np.nan, random.normal(size=(rows, columns)).round(3))
        newline = random.choice(["\\n", "\\r\\n"])
        text = newline.join(",".join("" if np.isnan(v) else repr(float(v)) for v in row) for row in table)
        path = pathlib.Path(folder) / "t.csv"
        path.write_bytes((text + (newline if trial % 2 else "")).encode())
        found = csv_data.read_files([path])
        assert np.array_equal(found, table.astype(np.float32), equal_nan=True), (trial, text)
print("same")
`;
    expect((await runPython(['-c', script])).output.trim()).toBe('same');
  });
});
