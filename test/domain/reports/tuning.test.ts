import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { Tuning } from '#domain/reports/input';
import { renderReport } from '#domain/reports/render';
import { LISTED_TRIALS } from '#domain/reports/sections/tuning';
import { all, asXml, textOf } from './page.ts';
import { sampleReport } from './sample.ts';

const trial = (number: number, objective: number | null, status = 'Completed') => ({
  trainingJob: `tune-00${number}`,
  status,
  hyperparameters: { eta: String(number / 10), max_depth: '6' },
  objective,
});
const tuning: Tuning = {
  tuningJob: 'tune',
  strategy: 'Bayesian',
  metric: 'validation:auc',
  direction: 'Maximize',
  best: 'tune-002',
  trials: [trial(1, 0.71), trial(2, 0.83), trial(3, 0.64, 'Stopped'), trial(4, null, 'Failed')],
};
const render = (change: Partial<Tuning> = {}) =>
  renderReport({ ...sampleReport('binary'), tuning: { ...tuning, ...change } });
const section = (page: string) => /<h2 id="tuning">[\s\S]*?<\/section>/.exec(page)?.[0] ?? '';
const rows = (page: string) => all(section(page), /<tr><th scope="row">([\s\S]*?)<\/tr>/g).map(textOf);

describe('the tuning in a report', () => {
  it('lists every training job with its hyperparameters and its objective, the best first and marked', () => {
    const found = rows(render());

    expect(found.map((row) => /tune-\d+/.exec(row)?.[0])).toEqual(['tune-002', 'tune-001', 'tune-003', 'tune-004']);
    expect(found[0]).toMatch(/best.*0\.2.*6.*0\.83000/s);
    expect(found.slice(1).some((row) => row.includes('best'))).toBe(false);
    expect(found[2]).toContain('stopped');
    expect(found[3]).toMatch(/failed.*–/s);
  });

  it('marks the hyperparameters that the search found, not those that the pipeline sets', () => {
    const marked = (page: string) => all(page, /<code>(\w+)<\/code> <span class="quiet">found by tuning</g);

    expect(marked(render())).toEqual(['eta', 'max_depth']);
    expect(marked(render({ best: 'of another tuning' }))).toEqual([]);
    expect(marked(renderReport(sampleReport('binary')))).toEqual([]);
  });

  it('puts the least first where less is better', () => {
    expect(rows(render({ direction: 'Minimize', best: 'tune-003' }))[0]).toMatch(/tune-003.*best/s);
  });

  it('draws one point a value, and the best so far', () => {
    const plot = /<svg class="plot"[\s\S]*?<\/svg>/.exec(section(render()))?.[0] ?? '';
    const drawn = plot.slice(0, plot.indexOf('class="entry"'));

    expect(all(drawn, /<circle class="point [a-z]+"/g)).toHaveLength(3);
    expect(all(drawn, /<circle class="point positive"/g)).toHaveLength(1);
    expect(plot).toContain('the first 0.71, the best 0.83');
  });

  it('stays well-formed without any value, with one, and with equal ones', () => {
    for (const trials of [[trial(4, null, 'Failed')], [trial(1, 0.5)], [trial(1, 0), trial(2, 0)]]) {
      const page = render({ trials });
      expect(XMLValidator.validate(asXml(page))).toBe(true);
      expect(page).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('lists the best of a long search and says how many more there are', () => {
    const trials = Array.from({ length: LISTED_TRIALS + 7 }, (_, i) => trial(i, i / 100));

    expect(rows(render({ trials }))).toHaveLength(LISTED_TRIALS);
    expect(textOf(section(render({ trials })))).toContain('and 7 more');
    // training job, eta, max_depth, objective
    expect(section(render({ trials }))).toContain('<tr><td colspan="4" class="quiet">and 7 more');
    expect(textOf(section(render({ trials: trials.slice(0, LISTED_TRIALS) })))).not.toContain('more, listed');
  });

  it('shows a hyperparameter that is a word as it is, and leaves one out that a job did not have', () => {
    const trials = [
      { ...trial(1, 0.5), hyperparameters: { booster: 'dart', empty: ' ' } },
      { ...trial(2, 0.4), hyperparameters: { eta: '0.30000' } },
    ];
    const [first = '', second = ''] = all(section(render({ trials })), /<tr><th scope="row">([\s\S]*?)<\/tr>/g);
    expect(all(first, /<td class="number">(.*?)<\/td>/g).map((cell) => textOf(cell).trim())).toEqual([
      'dart',
      '',
      '',
      '0.50000',
    ]);
    expect(all(second, /<td class="number">(.*?)<\/td>/g).map((cell) => textOf(cell).trim())).toEqual([
      '',
      '',
      '0.3',
      '0.40000',
    ]);
  });

  it('is left out of the report of a run that was not tuned', () => {
    expect(renderReport(sampleReport('binary'))).not.toContain('id="tuning"');
  });
});
