import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { judgeConstraints, refusalText } from '#domain/constraints/judge';
import { CONSTRAINTS } from '#domain/constraints/registry';
import { checkConstraintSettings, constraintsSchema, constraintsSchemaOf } from '#domain/constraints/settings';
import { constrainedData } from '#domain/constraints/subjects';
import { suggestConstraints } from '#domain/constraints/suggest';
import { examineColumn } from '#domain/detectors/examine-column';
import { createScanner } from '#domain/detectors/find-spans';
import { describeFinding } from '#domain/detectors/judge';
import { redactText } from '#domain/detectors/redact';
import { DETECTORS } from '#domain/detectors/registry';
import { findLeakage, LEAKAGE_CHECKS } from '#domain/leakage/registry';
import { rowKey } from '#domain/splits/keys';
import { pipelineSchema } from '#schemas/pipeline';
import type { Facts } from '#schemas/records/facts';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';
import { classRows } from './class-rows.ts';
import { hashed, hashedRuleSchema } from './hashed.ts';
import { macAddress } from './mac-address.ts';
import { thereForOne } from './there-for-one.ts';

/** What docs/extend.md adds to each registry. */
const constraints = [...CONSTRAINTS, classRows];
const detectors = [...DETECTORS, macAddress];
const checks = [...LEAKAGE_CHECKS, thereForOne];

describe('an added constraint', () => {
  const pipeline = pipelineSchema.parse(smallPipeline());
  const data = constrainedData(pipeline);
  const facts = { rows: 100, label: { classes: [70, 30] } } as unknown as Facts;
  const entry = { check: classRows.name, ...classRows.example };

  it('is an alternative of the schema of constraints and of its JSON Schema', () => {
    expect(constraintsSchema.safeParse([entry]).success).toBe(false);
    expect(constraintsSchemaOf(constraints).parse([entry])).toEqual([{ ...entry, onFailure: 'refuse' }]);
    const schema = JSON.stringify(z.toJSONSchema(constraintsSchemaOf(constraints), { io: 'input' }));
    expect(schema).toContain('"class-rows"');
  });

  it('is refused where it does not fit the pipeline', () => {
    const regression = pipelineSchema.parse(
      smallPipeline(
        { label: { column: 'y' } },
        { evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] } },
      ),
    );
    const found: unknown[] = [];
    const own = { ...regression, constraints: constraintsSchemaOf(constraints).parse([entry]) };
    checkConstraintSettings(own, (path, message) => found.push([path, message]), constraints);
    expect(found).toEqual([[['constraints', 0, 'min'], 'a regression has no classes']]);
  });

  it('judges a drop, says why it is refused, and is suggested', () => {
    const parsed = constraintsSchemaOf(constraints).parse([entry]);
    const drop = { ...data, facts, last: undefined, startedAt: 0, constraints: parsed, broken: [0] };
    const results = judgeConstraints(drop, constraints);
    expect(results).toMatchObject([{ constraint: 'rows of each class ≥ 50', passed: false, measured: '30 rows' }]);
    expect(refusalText(results, 'small')).toContain(
      'The rarest class has 30 rows; required: at least 50 rows of each class.',
    );
    const suggested = suggestConstraints({ ...data, facts, startedAt: 0 }, [classRows]);
    expect(suggested).toEqual([{ constraint: { check: 'class-rows', min: 15 }, because: 'half of the rarest class' }]);
  });
});

describe('an added detector', () => {
  const scanner = createScanner({}, detectors);
  const addresses = Array.from({ length: 60 }, (_, i) => `00:1b:63:84:45:${(i + 16).toString(16)}`);

  it('finds a column of its values, and shows none of them', () => {
    expect(examineColumn('device', addresses, createScanner({}), 0.01)).toEqual([]);
    const [found] = examineColumn('device', addresses, scanner, 0.01);
    expect(found).toMatchObject({ kind: 'mac', by: 'values', share: 1 });
    expect(found && describeFinding(found)).toBe('looks like MAC addresses in 100 % of 60 values (00:***)');
    expect(examineColumn('device', Array(60).fill('ff:ff:ff:ff:ff:ff'), scanner, 0.01)).toEqual([]);
  });

  it('redacts its values from a text', () => {
    expect(redactText(`seen by ${macAddress.example}.`, scanner)).toBe('seen by [mac].');
  });
});

describe('an added leakage check', () => {
  const labels = Float64Array.from({ length: 400 }, (_, row) => (row % 4 === 0 ? 1 : 0));
  const values = Array.from(labels, (label, row) => (label === 1 || row % 40 === 1 ? row % 17 : null));
  const sample = { columns: [{ name: 'recovered', kind: 'number' as const, values }], labels, classes: 2, rows: 400 };

  it('names the column that it suspects', () => {
    expect(findLeakage(sample, [thereForOne])).toEqual([
      { column: 'recovered', check: 'there-for-one', reason: 'it is there for one class and missing for another' },
    ]);
    const even = sample.columns.map((column) => ({ ...column, values: values.map((_, row) => row % 17) }));
    expect(findLeakage({ ...sample, columns: even }, [thereForOne])).toEqual([]);
  });

  it('leaves a column that an earlier check suspects to that one', () => {
    expect(findLeakage(sample, checks)).toHaveLength(1);
  });
});

describe('an added split strategy', () => {
  it('divides rows by a rule that is stored, and gives the side of a row by the rule alone', async () => {
    using engine = await testEngine();
    const keys = Array.from({ length: 5000 }, (_, i) => rowKey('tidegate', `g${i}`, `${i}`));
    await engine.query('make', `CREATE TABLE groups AS SELECT unnest([${keys.join(', ')}]) AS _key, _key AS _group`);
    const shares = { train: 0.8, validation: 0.1, test: 0.1 };
    const division = await hashed.divide(engine.query, { groups: 'groups', shares, classes: 2 });
    const rule = hashedRuleSchema.parse(JSON.parse(JSON.stringify(division.rule)));
    expect(rule).toEqual({ strategy: 'hashed', validation: 52_429, test: 58_982 });
    const sides = `SELECT ${hashed.sideSql(rule)} AS side, count(*) AS n FROM groups GROUP BY 1 ORDER BY 1`;
    const found = Object.fromEntries((await engine.query('sides', sides)).map((r) => [r['side'], Number(r['n'])]));
    expect(division.groups).toBe(5000);
    expect(found['train']).toBeGreaterThan(3900);
    expect(found['train']).toBeLessThan(4100);
    expect((found['test'] ?? 0) + (found['validation'] ?? 0)).toBe(5000 - (found['train'] ?? 0));
  });
});

describe('docs/extend.md', () => {
  const docs = readFileSync(new URL('../../../docs/extend.md', import.meta.url), 'utf8');
  it.each(['class-rows.ts', 'mac-address.ts', 'there-for-one.ts', 'hashed.ts'])(
    'shows %s as it is tested here',
    (file) => {
      const source = readFileSync(new URL(file, import.meta.url), 'utf8');
      expect(docs).toContain(`\`\`\`ts\n${source}\`\`\``);
    },
  );
});
