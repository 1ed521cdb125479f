import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CardRecords, longestCard, modelCard } from '#domain/model-card/content';
import { cardPage } from '#domain/reports/card-page';
import { modelCardSchema } from '#schemas/records/model-card';
import { asXml, textOf } from '../reports/page.ts';
import { sampleReport } from '../reports/sample.ts';
import { sampleRecords } from '../reports/sample-run.ts';

const { drop, profile, training, evaluation, verdict } = sampleRecords();
const card = {
  owner: 'Credit Risk',
  intendedUses: 'To order the calls.',
  limits: 'New customers.',
  riskRating: 'High' as const,
  riskReason: 'It decides on loans.',
  businessProblem: 'Losses.',
  stakeholders: 'Finance',
  lineOfBusiness: 'Consumer',
  ethicalConsiderations: 'A person decides.',
  caveats: 'Look at the groups.',
};
const records = (own: Partial<CardRecords> = {}): CardRecords => ({
  run: { pipeline: 'loan-default', runId: 'r1' },
  pipeline: {
    description: 'Which loans will default?',
    card,
    training: { algorithm: 'xgboost' },
    split: { strategy: 'stratified' },
  },
  drop,
  profile,
  training,
  evaluation,
  verdict,
  modelUri: 's3://artifacts/model.tar.gz',
  artifactsBucket: 'artifacts',
  ...own,
});
const holdoutOf = (own: CardRecords) => {
  const [holdout] = modelCard(own).evaluation_details;
  const groups = new Map((holdout?.metric_groups ?? []).map(({ name, metric_data }) => [name, metric_data]));
  return { holdout, groups };
};
const slice = (group: number, rows: number) => ({
  of: { column: 'sex', group },
  rows,
  metrics: { auc: { value: 0.7, low: 0.6, high: 0.8 } },
});
const judged = {
  ...evaluation,
  slices: {
    columns: [{ column: 'sex', values: ['F', 'secret value'] }],
    leastRows: 30,
    metric: 'auc',
    whole: 0.8,
    falseShare: 0.05,
    tested: 2,
    slices: [slice(0, 40), slice(1, 90), { ...slice(1, 5), metrics: {} }],
    found: [{ of: [{ column: 'sex', group: 1 }], rows: 90, value: 0.6, low: 0.5, high: 0.7, p: 0.01 }],
  },
  fairness: [
    {
      column: 'sex',
      disadvantaged: 'F',
      advantaged: 'all others',
      favourable: 'paid',
      rows: { advantaged: 50, disadvantaged: 40, neither: 0 },
      metrics: { DPPL: { value: 0.1, low: 0.05, high: 0.15 } },
      notMeasured: {},
    },
  ],
} as CardRecords['evaluation'];

describe('the model card', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)('of a %s model meets the schema of SageMaker', (task) => {
    const { evaluation: own, verdict: judgement } = sampleReport(task);
    const made = modelCard(records({ evaluation: own, verdict: judgement }));
    expect(modelCardSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  it("has the texts of the pipeline's file, and leaves out what is not said", () => {
    expect(modelCard(records())).toMatchObject({
      model_overview: { model_creator: 'Credit Risk, by Tidegate, pipeline loan-default, run r1' },
      intended_uses: {
        purpose_of_model: 'Which loans will default?',
        intended_uses: 'To order the calls.',
        risk_rating: 'High',
      },
      business_details: { business_problem: 'Losses.', line_of_business: 'Consumer' },
      additional_information: { ethical_considerations: 'A person decides.' },
    });
    const bare = modelCard(records({ pipeline: { training: { algorithm: 'xgboost' }, split: { strategy: 'time' } } }));
    expect(bare.intended_uses).toEqual({ risk_rating: 'Unknown' });
    expect(bare.business_details).toEqual({});
    expect(modelCardSchema.safeParse(bare).success).toBe(true);
  });

  it('has each metric with its interval, and each gate with its reason', () => {
    const { groups, holdout } = holdoutOf(records());
    const { value, low } = evaluation.metrics['auc'] ?? { value: 0, low: 0 };
    expect(groups.get('Metrics')?.[0]).toMatchObject({
      name: 'ROC AUC',
      value: Number(value.toPrecision(6)),
      notes: expect.stringMatching(/^95 % interval 0\.\d+ to 0\.\d+\. Higher is better\.$/),
    });
    expect(low).toBeGreaterThan(0);
    expect(groups.get('Gates')).toEqual(
      verdict.gates.map(({ gate, passed, reason }) => ({ name: gate, type: 'boolean', value: passed, notes: reason })),
    );
    expect(holdout?.evaluation_observation).toContain(`${evaluation.n.toLocaleString('en-US')} rows`);
    expect(groups.get('Curves')?.map(({ type }) => type)).toEqual(['linear_graph', 'linear_graph', 'matrix']);
    expect(groups.get('Importances')?.[0]?.type).toBe('bar_chart');
  });

  it('says which gates are not passed, and what readers should know', () => {
    const [gate, ...others] = verdict.gates;
    const failed = {
      ...verdict,
      gates: [{ ...gate, passed: false } as (typeof verdict.gates)[number], ...others],
      warnings: ['Beware.'],
    };
    const made = modelCard(records({ verdict: failed }));
    expect(made.evaluation_details[0]?.evaluation_observation).toContain('gates are not passed');
    expect(made.additional_information.caveats_and_recommendations).toBe('Look at the groups. Beware.');
  });

  it('shows groups by their place where their values stand in no file of the project', () => {
    const made = modelCard(records({ evaluation: judged }));
    expect(made.evaluation_details.map(({ name }) => name)).toEqual(['Holdout', 'Groups', 'Bias 1: sex']);
    const text = JSON.stringify(made);
    expect(text).toContain('sex group 2');
    expect(text).not.toContain('secret value');
    expect(modelCardSchema.safeParse(made).success).toBe(true);
    const none = { ...judged, slices: { ...judged.slices, slices: [], found: [] } } as CardRecords['evaluation'];
    expect(modelCard(records({ evaluation: none })).evaluation_details.map(({ name }) => name)).not.toContain('Groups');
  });

  it('does without a confusion matrix of many classes, importances and an objective', () => {
    const labels = Array.from({ length: 21 }, (_, i) => `c${i}`);
    const { evaluation: own } = sampleReport('multiclass');
    const wide = { ...own, importances: [], confusion: { labels, matrix: labels.map(() => labels.map(() => 1)) } };
    const { groups } = holdoutOf(records({ evaluation: wide as CardRecords['evaluation'] }));
    expect([...groups.keys()]).toEqual(['Metrics', 'Gates']);
    const tuning = { tuningJob: 't', strategy: 'Random', metric: 'm', direction: 'Maximize' as const, trials: [] };
    const named = { ...training, tuning, hyperparameters: { objective: 'binary:logistic', empty: '' } };
    const details = modelCard(records({ training: named })).training_details;
    expect(details.objective_function?.function).toEqual({ function: 'Minimize', facet: 'binary:logistic' });
    expect(details.training_job_details.hyper_parameters.map(({ name }) => name)).toEqual(['objective']);
    expect(details.training_observations).toContain('the best of 0 training jobs');
    expect(modelCard(records()).training_details.objective_function).toBeUndefined();
  });

  it('keeps a metric of another version, and one without an interval', () => {
    const metrics = { odd: { value: 1, low: 1, high: 1, interval: 'none' as const } };
    const { groups } = holdoutOf(records({ evaluation: { ...evaluation, metrics } as CardRecords['evaluation'] }));
    expect(groups.get('Metrics')).toEqual([{ name: 'odd', type: 'number', value: 1, notes: 'No interval.' }]);
  });

  it('shows a drop whose folder is hidden by its name alone', () => {
    const hidden = { ...drop, prefix: 'loan-default/#1a2b3c4d/' };
    const [dataset] = modelCard(records({ drop: hidden })).training_details.training_job_details.training_datasets;
    expect(dataset).toContain('loan-default/');
  });

  it('meets the schema and the length of SageMaker whatever the texts, and gives the report the rest', () => {
    const text = fc.string({ minLength: 1, maxLength: 3000 });
    const gates = fc.array(
      fc.record({ gate: text, reason: text, passed: fc.boolean() }).map((own) => ({
        ...own,
        kind: 'min',
        value: 1,
        bound: 1,
        interval: null,
      })),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(gates, fc.dictionary(text, text, { maxKeys: 150 }), (some, hyperparameters) => {
        const made = modelCard(
          records({
            evaluation: judged,
            verdict: { passed: true, gates: some },
            training: { ...training, hyperparameters },
          }),
        );
        expect(modelCardSchema.safeParse(made).error).toBeUndefined();
        expect(JSON.stringify(made)).not.toMatch(/\n/);
        expect(JSON.stringify(made).length).toBeLessThanOrEqual(longestCard);
      }),
      { numRuns: 30 },
    );
    const long = Array.from({ length: 120 }, (_, i) => ({
      gate: `gate ${i}`,
      kind: 'min',
      value: 1,
      bound: 1,
      interval: null,
      passed: true,
      reason: 'x'.repeat(1000),
    }));
    const made = modelCard(records({ evaluation: judged, verdict: { passed: true, gates: long } }));
    expect(JSON.stringify(made).length).toBeLessThanOrEqual(longestCard);
    expect(made.evaluation_details).toHaveLength(1);
    expect(made.evaluation_details[0]?.metric_groups?.map(({ name }) => name)).toEqual(['Metrics']);
    // each quote takes two characters of JSON
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${'"'.repeat(250)}${i}`, '"'.repeat(255)]));
    const wide = modelCard(records({ training: { ...training, hyperparameters: many } }));
    expect(JSON.stringify(wide).length).toBeLessThanOrEqual(longestCard);
    expect(wide.training_details.training_job_details.hyper_parameters).toHaveLength(50);
  });
});

describe('the page of a model card', () => {
  it('shows texts, metrics, curves and lineage', () => {
    const page = cardPage(modelCard(records({ evaluation: judged })), {
      pipeline: 'loan-default',
      runId: 'r1',
      version: 3,
      status: 'Approved',
    });
    const text = textOf(page);
    for (const part of ['Credit Risk', 'Approved', 'ROC AUC', 'Confusion matrix', 'dataset_version', 'Bias 1: sex'])
      expect(text).toContain(part);
    expect(page.match(/class="line candidate"/g)).toHaveLength(2);
    expect(asXml(page).match(/<table/g)?.length).toBe(asXml(page).match(/<\/table>/g)?.length);
  });

  it('escapes texts, and leaves out sections without one', () => {
    const pipeline = { description: '<b>&', training: { algorithm: 'x' }, split: { strategy: 'time' } };
    const page = cardPage(modelCard(records({ pipeline })), { pipeline: 'loan-default', runId: 'r1' });
    expect(page).toContain('&lt;b&gt;&amp;');
    expect(page).not.toContain('id="business"');
    expect(textOf(page)).toContain('not registered');
  });

  it('draws a curve that is flat, and shows texts and bars without names', () => {
    const flat = modelCard(records());
    const metric_data = [
      { name: 'flat', type: 'linear_graph' as const, value: [[1, 1] as [number, number]] },
      { name: 'bars', type: 'bar_chart' as const, value: [1] },
      { name: 'cells', type: 'matrix' as const, value: [[1]] },
      { name: 'word', type: 'string' as const, value: 'fine' },
      { name: 'no', type: 'boolean' as const, value: false },
    ];
    const details = [{ name: 'Own', metric_groups: [{ name: 'G', metric_data }] }, { name: 'Bare' }];
    const page = cardPage({ ...flat, evaluation_details: details }, { pipeline: 'p', runId: 'r' });
    expect(page).not.toContain('NaN');
    for (const part of ['fine', '✕ not passed', 'Bare']) expect(page).toContain(part);
  });
});
