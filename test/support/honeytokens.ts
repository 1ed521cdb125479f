import fc from 'fast-check';
import { cleanSelect } from '#domain/data/clean';
import { columnSchemaOf } from '#domain/data/column-schema';
import type { ColumnSpec } from '#domain/data/column-spec';
import { cleanColumns } from '#domain/data/columns';
import { ENCODINGS } from '#domain/encodings/registry';
import type { PrivacyAction } from '#domain/privacy/privacy-action';
import { ident } from '#domain/sql/literals';
import { pipelineSchema } from '#schemas/pipeline';
import type { CleanKind } from '#schemas/records/profile';
import { smallPipeline, testEngine } from '../fakes/data-run.ts';
import { settingsOf } from './settings.ts';

/** Raw values of a kind of column, such as nothing else in a clean row is: not a token, a side or a mask. */
const honeytokens: Record<CleanKind, fc.Arbitrary<string>> = {
  text: fc
    .array(fc.constantFrom('Q', 'X', 'Z', 'J', 'W', 'é', '漢', '😀'), { minLength: 1, maxLength: 12 })
    .map((characters) => characters.join('')),
  category: fc
    .array(fc.constantFrom('Q', 'X', 'Z', 'J', 'W', 'é', '漢', '😀'), { minLength: 1, maxLength: 12 })
    .map((characters) => characters.join('')),
  number: fc
    .tuple(fc.integer({ min: 1000, max: 99_999 }), fc.integer({ min: 1, max: 99_999 }))
    .map(([whole, rest]) => `${whole}.${String(rest).padStart(5, '0')}7`),
  // never the start of a day
  datetime: fc
    .date({ min: new Date('1930-01-01'), max: new Date('2020-01-01'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, 10)}T01:02:03`),
  boolean: fc.constantFrom('true', 'false'),
};

/** Whether a clean value shows the whole of a raw one. */
function shows(clean: unknown, raw: string, kind: CleanKind): boolean {
  if (clean === null) return false;
  switch (kind) {
    case 'number':
      return Number(clean) === Number(raw);
    case 'datetime':
      return Date.parse(String(clean)) === Date.parse(`${raw}Z`);
    case 'text':
    case 'category':
    case 'boolean':
      return String(clean).includes(raw);
  }
}

interface Sample {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly kinds: Readonly<Record<string, CleanKind>>;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** A column of every action in each of its roles, with any settings, and rows of honeytokens. */
function samples(actions: readonly PrivacyAction[]): fc.Arbitrary<Sample> {
  const schema = columnSchemaOf(actions, ENCODINGS);
  const specs = actions.flatMap(({ name, roles, settings }) =>
    roles.map((role) =>
      settingsOf(settings)
        // a subject is a column that there is
        .map((own) => ('subject' in own ? { ...own, subject: 'id' } : own))
        .map((own) => schema.safeParse({ role, action: name, ...own }))
        .filter(({ success }) => success)
        .map(({ data }) => data as ColumnSpec),
    ),
  );
  return fc.tuple(...specs).chain((chosen) => {
    const columns = Object.fromEntries(chosen.map((spec, i) => [`c${i}`, spec]));
    const kept = cleanColumns({ dataset: { columns } as never }, actions);
    const kinds = Object.fromEntries(
      Object.keys(columns).map((name) => [name, kept.find((c) => c.name === name)?.kind ?? 'text'] as const),
    );
    const row = fc.record(Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, honeytokens[kind]])));
    return fc.array(row, { minLength: 1, maxLength: 8 }).map((rows) => ({ columns, kinds, rows }));
  });
}

/** Checks that, whatever the settings, no clean row shows the raw value of a column with one of the actions. */
export async function expectNothingRaw(actions: readonly PrivacyAction[], numRuns: number): Promise<void> {
  using engine = await testEngine();
  await fc.assert(
    fc.asyncProperty(samples(actions), async ({ columns, kinds, rows }) => {
      const base = pipelineSchema.parse(smallPipeline({ id: 'id' }));
      const x = { role: 'feature', type: 'number', impute: 'median', indicator: false } as const;
      const pipeline = { ...base, dataset: { ...base.dataset, columns: { ...columns, x } } };
      const raw = rows.map((row, i) => ({ ...row, id: `QZ${i}XW`, y: '1', x: '1' }));
      const names = Object.keys(raw[0] ?? {});
      const fields = names.map((name, i) => `fields[${i + 1}] AS ${ident(name)}`).join(', ');
      const relation = `(SELECT false AS _unreadable, ${fields} FROM (SELECT unnest(from_json($1::JSON, '[["VARCHAR"]]')) AS fields))`;
      const { sql, problems } = cleanSelect(pipeline, { sql: relation }, actions);
      const texts = raw.map((row) => names.map((name) => row[name as keyof typeof row]));

      const clean = await engine.query('clean', sql, [JSON.stringify(texts)]);

      if (clean.length !== rows.length) throw new Error(`${clean.length} clean rows of ${rows.length}`);
      clean.forEach((row, i) => {
        const [, problem] = /^#(\d+)/.exec(String(row['_side'])) ?? [];
        // a text that an action refuses: its row does not leave the raw bucket, and shows nothing all the same
        const isRefused = problem !== undefined && /would stay whole/.test(problems[Number(problem) - 1]?.reason ?? '');
        if (problem !== undefined && !isRefused) throw new Error('a honeytoken was malformed');
        if (shows(row['_id'], `QZ${i}XW`, 'text')) throw new Error('the id came through');
        for (const [name, kind] of Object.entries(kinds)) {
          for (const [cell, value] of Object.entries(row)) {
            const raw = rows[i]?.[name] ?? '';
            // what another column keeps of its own value may look like a short one
            if ((cell === name || raw.length >= 8) && shows(value, raw, kind)) {
              throw new Error(`${cell} shows ${name}, whose action is ${JSON.stringify(columns[name])}`);
            }
          }
        }
      });
    }),
    { numRuns, includeErrorInReport: true },
  );
}
