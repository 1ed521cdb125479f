import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { Suspicion } from '#domain/detectors/examine-column';
import { proposeLabel } from '#domain/profiling/label';
import { proposePipeline } from '#domain/profiling/pipeline';
import { proposeRoles } from '#domain/profiling/roles';
import { type ProfilePage, profilePage } from '#domain/reports/profile-page';
import { columnOf, numbered } from '../profiling/a-column.ts';
import { all, asXml, textOf } from './page.ts';

const columns = [
  columnOf({ name: 'customer_id', values: numbered(400, (i) => `c${i}`) }),
  columnOf({ name: 'mail', values: numbered(400, (i) => `secret${i}@example.org`) }),
  columnOf({ name: 'plan', values: { basic: 250, '<plus> & "more"': 147, 'only one': 3 } }),
  columnOf({ name: 'months', values: { 1: 200, 12: 190 }, rows: 400 }),
  columnOf({ name: 'churned', values: { 0: 300, 1: 100 } }),
];
const mail: Suspicion = {
  column: 'mail',
  kind: 'email',
  plural: 'e-mail addresses',
  by: 'values',
  examined: 400,
  found: 400,
  share: 1,
  examples: ['s***@***'],
};

function pageOf(own: Partial<ProfilePage> = {}, found = [mail]): string {
  const shown = own.columns ?? columns;
  const label = own.label ?? proposeLabel(columns.at(-1) as (typeof columns)[number]);
  const file = { format: 'csv', rows: 400, sampled: 400, malformed: 0, blanks: false, sources: new Map() } as const;
  const roles = proposeRoles(shown, label.column, found);
  return profilePage({
    ...file,
    file: 'customers.csv',
    duplicates: 20,
    columns: shown,
    label,
    proposal: proposePipeline('churn', { ...file, columns: shown }, label, roles, { findings: [] }),
    doubts: ['plan: is it known when a prediction is made?'],
    suspicions: found,
    skills: new Map([
      ['months', 0.7],
      ['plan', 0.6],
    ]),
    together: 0.75,
    histograms: new Map(),
    ...own,
  });
}

describe('the data report of a file', () => {
  it('is well-formed, and says what each column is, why, and what it says of the label', () => {
    const page = pageOf();
    expect(XMLValidator.validate(asXml(page))).toBe(true);
    const text = textOf(page);
    for (const words of ['customers.csv', '1 thing to decide', 'AUC 0.75', '5 %', 'label, binary', 'feature, number'])
      expect(text).toContain(words);
    expect(text).toContain('looks like e-mail addresses in 100 % of 400 values (s***@***)');
  });

  it('draws the label first, then columns by what they say of it, and none that is personal or names a row', () => {
    const drawn = [...pageOf().matchAll(/<figcaption><code>([^<]*)/g)].map(([, name]) => name);
    expect(drawn).toEqual(['churned', 'months', 'plan']);
  });

  it('shows no value of a personal column, and none of few rows', () => {
    expect(pageOf()).not.toMatch(/secret\d|only one|c17/);
  });

  it('is whole without doubts, personal columns, a baseline or a sample of all rows', () => {
    const page = pageOf({ doubts: [], together: undefined, rows: 900, skills: new Map() }, []);
    const text = textOf(page);
    expect(text).toContain('Nothing to decide');
    expect(text).toContain('Looked at');
    expect(text).not.toContain('Linear baseline');
    expect(all(page, /<h2[^>]*>([^<]*)/g)).not.toContain('Personal data');
  });

  it('measures a regression by R², and draws at most 60 columns', () => {
    const price = columnOf({ name: 'price', values: numbered(400, (i) => String(i + 0.5)) });
    const many = Array.from({ length: 70 }, (_, i) => columnOf({ name: `k${i}`, values: { a: 200, b: 200 } }));
    const skills = new Map(many.map(({ facts }, i) => [facts.name, i / 100]));
    const text = textOf(pageOf({ columns: [...many, price], label: proposeLabel(price), skills, together: 0.5 }, []));
    expect(text).toContain('R² alone');
    expect(text).toContain('R² 0.5');
    expect(text).toContain('10 more columns.');
  });

  it('draws nothing where no column has values to show', () => {
    const label = columnOf({ name: 'churned', values: { 0: 3, 1: 2 } });
    const page = pageOf({ columns: [label], label: proposeLabel(label), skills: new Map() }, []);
    expect(textOf(page)).not.toContain('Values of fewer');
  });
});
