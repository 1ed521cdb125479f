import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { pipelineYaml } from '../../../cli/profile/pipeline-yaml.ts';

it('has every column under its own name, whatever a header and a reason hold', () => {
  const name = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .filter((text) => text !== '__proto__' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text));
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 2, maxLength: 6 }),
      fc.string(),
      fc.string(),
      (names, because, doubt) => {
        const [label = '', ...columns] = names;
        const text = pipelineYaml(
          {
            name: 'any',
            format: 'csv',
            csv: { value: { header: false, names } },
            label: { value: { column: label, positive: 'yes', negative: 'no' }, because, doubt },
            id: { value: label, because },
            columns: columns.map((own) => ({
              name: own,
              value: { role: 'feature', type: 'category' },
              because,
              doubt,
            })),
            split: { value: { train: 0.7, validation: 0.15, test: 0.15 } },
            task: { value: 'binary' },
            gates: [{ value: { metric: 'auc', min: 0.6 }, because }],
          },
          because,
        );
        const { dataset } = parse(text) as { dataset: Record<string, unknown> };
        expect(Object.keys(dataset['columns'] as object).toSorted()).toEqual(columns.toSorted());
        expect(dataset).toMatchObject({ csv: { names }, id: label, label: { column: label, positive: 'yes' } });
      },
    ),
  );
});
