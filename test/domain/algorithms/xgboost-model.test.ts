import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseMargin, linkOf } from '#domain/algorithms/xgboost/model/link';
import { readModel } from '#domain/algorithms/xgboost/model/read-model';
import { readUbjson } from '#domain/algorithms/xgboost/model/ubjson';
import { ModelFileError } from '#domain/trees/model-file-error';
import { marginsOf } from '#domain/trees/tree-model';

const fixture = (path: string): Buffer => readFileSync(new URL(`../../fixtures/xgboost/${path}`, import.meta.url));
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const int64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(9);
  bytes.write('L', 'latin1');
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
};
const key = (text: string): Buffer => Buffer.concat([int64(text.length), latin(text)]);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Writes UBJSON as XGBoost does, with untyped and counted containers by turns. */
function write(value: Json, counted: boolean): Buffer {
  if (value === null) return latin('Z');
  if (typeof value === 'boolean') return latin(value ? 'T' : 'F');
  if (typeof value === 'string') return Buffer.concat([latin('S'), key(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.write('D', 'latin1');
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  const [items, open, close] = Array.isArray(value)
    ? [value.map((one) => write(one, !counted)), '[', ']']
    : [Object.entries(value).map(([name, one]) => Buffer.concat([key(name), write(one, !counted)])), '{', '}'];
  const head = counted ? [latin(`${open}#`), int64(items.length)] : [latin(open)];
  return Buffer.concat([...head, ...items, ...(counted ? [] : [latin(close)])]);
}

const names = fc.stringMatching(/^[a-z_]{0,9}$/);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true }),
    names,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(names, tie('json'), { maxKeys: 4 }),
  ),
}));

describe('UBJSON', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(json, fc.boolean(), (document, counted) => {
        expect(readUbjson(write(document, counted))).toEqual(document);
      }),
    );
  });

  it.each([
    ['i', Buffer.of(0xff), -1],
    ['U', Buffer.of(0xff), 255],
    ['I', Buffer.of(0xff, 0xfe), -2],
    ['l', Buffer.of(0xff, 0xff, 0xff, 0xfd), -3],
    ['d', Buffer.of(0x3f, 0x80, 0, 0), 1],
    ['C', latin('x'), 'x'],
  ])('has numbers and characters of type %s', (type, bytes, value) => {
    expect(readUbjson(Buffer.concat([latin(type), bytes]))).toBe(value);
  });

  it('has lists of one type, of numbers and of others', () => {
    expect(readUbjson(Buffer.concat([latin('[$l#'), int64(2), Buffer.of(0, 0, 0, 7, 0, 0, 0, 8)]))).toEqual(
      Float64Array.of(7, 8),
    );
    expect(readUbjson(Buffer.concat([latin('[$S#'), int64(1), key('a')]))).toEqual(['a']);
    expect(readUbjson(Buffer.concat([latin('{$U#'), int64(1), key('a'), Buffer.of(5)]))).toEqual({ a: 5 });
  });

  it.each([
    ['an unknown type', latin('x')],
    ['a type without a count', latin('[$l')],
    ['the file ends too early', latin('d')],
    ['the file ends too early', Buffer.concat([latin('S'), int64(-1)])],
    ['the file ends too early', Buffer.concat([latin('[$l#'), int64(2 ** 40)])],
    ['the file ends too early', latin('')],
  ])('says %s', (problem, bytes) => {
    expect(() => readUbjson(bytes)).toThrow(problem);
    expect(() => readUbjson(bytes)).toThrow(ModelFileError);
  });
});

describe('a model file of XGBoost', () => {
  it.each(['1.7/logistic.model', '3.2/logistic.ubj'])('%s is refused wherever its trees are cut off', (path) => {
    const bytes = fixture(path);
    for (let length = 4; length < 0.9 * bytes.length; length += 97) {
      expect(() => readModel(bytes.subarray(0, length))).toThrow(ModelFileError);
    }
  });

  it('is the same model in JSON and in UBJSON', () => {
    const row = [0.3, -0.2, 1, Number.NaN, 0.5, 0];
    const [json, ubjson] = ['3.2/logistic.json', '3.2/logistic.ubj'].map((path) => readModel(fixture(path)));
    const [own] = marginsOf(json as NonNullable<typeof json>, row);
    expect(own).toBeCloseTo(marginsOf(ubjson as NonNullable<typeof json>, row)[0] as number, 12);
  });

  it.each([
    ['it is in a format that is not known', latin('\x80\x04pickle')],
    ['it is no JSON', latin('{"learner":')],
    ['it is no model of XGBoost', latin('{"learner":{}}')],
  ])('is refused: %s', (problem, bytes) => {
    expect(() => readModel(bytes)).toThrow(problem);
  });

  const written = JSON.parse(fixture('3.2/logistic.json').toString('utf8')) as {
    learner: {
      learner_model_param: Record<string, string>;
      objective: { name: string };
      gradient_booster: { name: string; model: { trees: Record<string, unknown>[] } };
    };
  };
  const changed = (change: (learner: (typeof written)['learner']) => void): Buffer => {
    const copy = structuredClone(written);
    change(copy.learner);
    return latin(JSON.stringify(copy));
  };
  const first = (learner: (typeof written)['learner']) =>
    learner.gradient_booster.model.trees[0] as Record<string, unknown>;

  it.each([
    ['it is not made of trees', changed((learner) => (learner.gradient_booster.name = 'gblinear'))],
    ['it splits by sets of categories', changed((learner) => (first(learner)['split_type'] = [1]))],
    [
      'its trees answer several numbers each',
      changed((learner) => (first(learner)['tree_param'] = { size_leaf_vector: '3' })),
    ],
    [
      'its objective has no scores that contributions add up to',
      changed((learner) => (learner.objective.name = 'survival:aft')),
    ],
  ])('is refused: %s', (problem, bytes) => {
    expect(() => readModel(bytes)).toThrow(problem);
  });

  it('may leave out what older versions did not write', () => {
    const older = changed((learner) => {
      const tree = first(learner);
      delete tree['split_type'];
      tree['tree_param'] = {};
      tree['default_left'] = (tree['default_left'] as number[]).map((one) => one === 1);
      learner.learner_model_param['base_score'] = '5.275E-1';
    });
    const row = [0.3, -0.2, 1, Number.NaN, 0.5, 0];
    expect(marginsOf(readModel(older), row)).toEqual(marginsOf(readModel(fixture('3.2/logistic.json')), row));
  });

  it('has one base score for all classes, or one for each', () => {
    const base = (score: string) =>
      readModel(
        changed((learner) => {
          learner.objective.name = 'multi:softprob';
          Object.assign(learner.learner_model_param, { base_score: score, num_class: '3' });
        }),
      ).base;
    expect(base('5E-1')).toEqual([0.5, 0.5, 0.5]);
    expect(base('[1E-1,2E-1,7E-1]')).toEqual([0.1, 0.2, 0.7]);
  });

  it('in the binary format may be of another kind', () => {
    const bytes = Buffer.from(fixture('1.7/logistic.model'));
    bytes.write('gbline', bytes.indexOf('gbtree'), 'latin1');
    expect(() => readModel(bytes)).toThrow('it is not made of trees');
  });
});

describe('base scores', () => {
  it('are turned into sums by what the scores are', () => {
    expect(baseMargin('binary:logistic', 0.8)).toBeCloseTo(Math.log(4), 12);
    expect(baseMargin('count:poisson', 3)).toBeCloseTo(Math.log(3), 12);
    expect(baseMargin('reg:squarederror', 3)).toBe(3);
    expect(baseMargin('multi:softprob', 0.5)).toBe(0.5);
    expect(() => linkOf('binary:hinge')).toThrow(ModelFileError);
  });
});
