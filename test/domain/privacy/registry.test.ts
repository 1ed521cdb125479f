import { describe, expect, it, test } from 'vitest';
import { cleanFeatureSelect, cleanSelect } from '#domain/data/clean';
import { columnSchema, columnSchemaOf } from '#domain/data/column-schema';
import { cleanColumns } from '#domain/data/columns';
import { ENCODINGS } from '#domain/encodings/registry';
import type { PrivacyAction } from '#domain/privacy/privacy-action';
import { cleanedColumn, PRIVACY_ACTIONS, privacyAction } from '#domain/privacy/registry';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';
import { expectNothingRaw } from '../../support/honeytokens.ts';

/** The actions that leave nothing of a value but what they make of it. */
const whole = PRIVACY_ACTIONS.filter((action) => !('leavesRest' in action));

describe.each(whole)('the privacy action $name', (action) => {
  it('lets no raw value of its columns out of cleanSelect, whatever its settings', async () => {
    await expectNothingRaw([action], 40);
  });
});

describe.each(PRIVACY_ACTIONS)('the privacy action $name', (action) => {
  it('has an example that a pipeline may hold, and words for it', () => {
    expect(columnSchema.parse(action.example)).toMatchObject(action.example);
    expect(action.summary).toMatch(/^[A-Z].*\.$/);
    expect(privacyAction({ role: action.roles[0], action: action.name }).label).toBe(action.label);
  });
});

test('all actions together let no raw value through', async () => {
  await expectNothingRaw(whole, 60);
}, 120_000);

test.each<[string, PrivacyAction['clean']]>([
  ['returns the typed value', () => ({ kind: 'text', sql: (typed) => typed })],
  ['hides the value among other text', () => ({ kind: 'text', sql: (typed) => `'<' || ${typed} || '>'` })],
  ['keeps short values', () => ({ kind: 'category', sql: (typed) => `left(${typed}, 3)` })],
])('an action that %s is found out', async (_, clean) => {
  const leaky: PrivacyAction = {
    name: 'leaky',
    label: 'leaked',
    summary: 'Leaks.',
    roles: ['pii'],
    settings: {},
    example: {},
    clean,
  };
  await expect(expectNothingRaw([leaky], 100)).rejects.toThrow('shows c0');
});

describe('what no registry lists', () => {
  const pipelineWith = (spec: object) => {
    const pipeline = pipelineSchema.parse(smallPipeline());
    return {
      ...pipeline,
      dataset: { ...pipeline.dataset, columns: { ...pipeline.dataset.columns, name: spec as never } },
    };
  };
  it.each<[string, object, string]>([
    ['an unknown action', { role: 'pii', action: 'scramble' }, 'There is no privacy action "scramble"; known: drop,'],
    [
      'an action of another role',
      { role: 'pii', action: 'generalize', keepFirst: 1 },
      'not one for a column of role pii',
    ],
    ['an unknown role', { role: 'secret' }, 'There is no rule for this role of a column'],
    ['an action without its settings', { role: 'quasi', action: 'generalize' }, 'exactly one of keepFirst'],
  ])('is refused, not let through: %s', (_, spec, message) => {
    const pipeline = pipelineWith(spec);
    expect(() => cleanColumns(pipeline)).toThrow(message);
    expect(() => cleanSelect(pipeline, { sql: 'raw' })).toThrow(message);
    expect(() => cleanFeatureSelect(pipeline, { sql: 'raw' })).toThrow(message);
  });

  it('is refused by the schema with what is allowed', () => {
    const known = columnSchemaOf(PRIVACY_ACTIONS, ENCODINGS);
    expect(known.safeParse({ role: 'pii', action: 'scramble' }).success).toBe(false);
    expect(known.safeParse({ role: 'text', action: 'tokenize' }).success).toBe(false);
    expect(known.safeParse({ role: 'pii', action: 'drop', feature: { type: 'number' } }).success).toBe(false);
  });
});

test('a column of which nothing is left, or a token, is no model input', () => {
  const whole = { role: 'quasi', feature: { type: 'category' } };
  const quasi = PRIVACY_ACTIONS.map((action): PrivacyAction => ({ ...action, roles: ['quasi'] }));
  const problem = (action: string) =>
    columnSchemaOf(quasi, ENCODINGS).safeParse({ ...whole, action }).error?.issues[0]?.message;
  expect(problem('drop')).toBe('a column dropped is no model input');
  expect(problem('tokenize')).toBe('a column tokenized is no model input');
  expect(cleanedColumn({ role: 'pii', action: 'drop' })).toBeUndefined();
});
