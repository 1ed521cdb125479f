import { describe, expect, it } from 'vitest';
import { pipelineSchema } from '#schemas/pipeline';
import { MINIMAL_PIPELINES, withSettings } from '../../../scripts/reference/minimal-pipelines.ts';

const columns = { sex: { role: 'slice' }, region: { role: 'slice' } };
function problems(settings: object, task: 'binary' | 'multiclass' | 'regression' = 'binary', sliced = true): string[] {
  const base = sliced ? withSettings(MINIMAL_PIPELINES[task], { dataset: { columns } }) : MINIMAL_PIPELINES[task];
  const { error } = pipelineSchema.safeParse(withSettings(base, settings));
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}
const bias = { column: 'sex', disadvantaged: ['Female'] };
const gated = (...gates: object[]) => ({ evaluation: { gates } });

describe('slices and bias in a pipeline', () => {
  it('are accepted with columns that have the role slice', () => {
    const settings = {
      dataset: { columns: { age_band: { role: 'slice', bins: [25, 45] }, plan: { role: 'slice', values: ['a'] } } },
      evaluation: {
        slices: { leastRows: 100, widest: 0.2 },
        fairness: [{ ...bias, group: ['region'] }],
        gates: [
          { metric: 'auc', sliceBound: { min: 0.7, columns: ['sex'] } },
          { metric: 'auc', sliceRatio: { min: 0.9 } },
          { metric: 'auc', sliceVsChampion: {} },
          { fairness: { metric: 'CDDPL', max: 0.1, column: 'sex' } },
        ],
      },
    };
    expect(problems(settings)).toEqual([]);
  });

  it.each([
    [
      'a column with bins and values',
      { dataset: { columns: { sex: { role: 'slice', bins: 4, values: ['a'] } } } },
      /bins: a column with values/,
    ],
    ['edges that fall', { dataset: { columns: { sex: { role: 'slice', bins: [45, 25] } } } }, /must rise/],
    [
      'facets of a column that is no slice',
      { evaluation: { fairness: [{ ...bias, column: 'age' }] } },
      /fairness\.0\.column: "age" is not listed under dataset\.columns with role: slice/,
    ],
    [
      'groups of one',
      { evaluation: { fairness: [{ ...bias, group: ['region', 'age'] }] } },
      /fairness\.0\.group\.1: "age"/,
    ],
    [
      'facets of one column twice',
      { evaluation: { fairness: [bias, bias] } },
      /fairness\.1\.column: "sex" is listed before/,
    ],
    [
      'a gate on slices of another column',
      gated({ metric: 'auc', sliceBound: { min: 0.7, columns: ['age'] } }),
      /gates\.0\.sliceBound\.columns\.0: "age"/,
    ],
    [
      'a gate on a metric of another task',
      gated({ metric: 'rmse', sliceBound: { max: 3 } }),
      /"rmse" is not a binary metric/,
    ],
    [
      'a gate on bias without facets',
      gated({ fairness: { metric: 'DI', min: 0.8 } }),
      /there are no facets to compare: list/,
    ],
    [
      'a gate on bias by another column',
      { evaluation: { fairness: [bias], gates: [{ fairness: { metric: 'DI', min: 0.8, column: 'region' } }] } },
      /no facets to compare by region/,
    ],
    [
      'a gate within groups without groups',
      { evaluation: { fairness: [bias], gates: [{ fairness: { metric: 'CDDL', max: 0.1 } }] } },
      /CDDL compares within groups/,
    ],
    [
      'a threshold for classes',
      { evaluation: { fairness: [{ ...bias, favourable: { above: 3 } }] } },
      /only a regression has a threshold/,
    ],
  ])('refuse %s', (_, settings, message) => {
    expect(problems(settings).join('\n')).toMatch(message);
  });

  it.each(['sliceBound', 'sliceRatio', 'sliceVsChampion'])('refuse %s without a slice column', (kind) => {
    const own = kind === 'sliceVsChampion' ? {} : { min: 0.7 };
    expect(problems(gated({ metric: 'auc', [kind]: own }), 'binary', false).join()).toContain(
      'give a column the role slice',
    );
  });

  it('ask several classes and numbers what is favourable', () => {
    const fairness = (favourable?: unknown) => ({
      evaluation: { fairness: [{ ...bias, ...(favourable ? { favourable } : {}) }] },
    });
    expect(problems(fairness(), 'multiclass').join()).toContain('name the classes that are good to get');
    expect(problems(fairness(['plus']), 'multiclass')).toEqual([]);
    expect(problems(fairness(), 'regression').join()).toContain('a regression needs a threshold');
    expect(problems(fairness({ above: 3 }), 'regression')).toEqual([]);
  });
});
