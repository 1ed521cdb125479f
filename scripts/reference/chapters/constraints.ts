import { type AnyConstraintKind, CONSTRAINTS, constraintObject } from '#domain/constraints/registry';
import type { Chapter, Kind } from '../chapter.ts';
import { problemOf } from '../minimal-pipelines.ts';
import { jsonSchemaOf, type Setting, settingsOf } from '../settings.ts';
import { flow } from '../yaml.ts';

const discriminators = ['check', 'onFailure'];
const ownSettings = (settings: readonly Setting[]): Setting[] =>
  settings.filter(({ path }) => !discriminators.includes(path[0] ?? ''));

/** What the short pipelines leave out: a time and a column of categories. */
const whole = { dataset: { time: 'signed_up_at', columns: { tariff: { role: 'feature', type: 'category' } } } };

function kindOf(kind: AnyConstraintKind): Kind {
  const { name, summary, example } = kind;
  const settings = ownSettings(settingsOf(jsonSchemaOf(constraintObject(kind))));
  const constraint = { check: name, ...example };
  return {
    name,
    summary,
    settings,
    example: constraint,
    yaml: `constraints:\n  - ${flow(constraint)}`,
    required: ['check', ...settings.filter(({ required }) => required).map(({ path }) => path[0] ?? '')],
    problem: (own) => problemOf(whole, { constraints: [own] }),
  };
}

/** The kinds of constraints. */
export const constraintChapters = (kinds: readonly AnyConstraintKind[] = CONSTRAINTS): Chapter[] => [
  {
    title: 'Kinds of constraints',
    text: 'An entry of `constraints`; `check` names its kind. With `onFailure: warn` a drop that does not meet it is trained all the same, and the report and Slack say so; without it, or with `onFailure: refuse`, the drop is refused. [Constraints](constraints.md) is the guide.',
    kinds: kinds.map(kindOf),
  },
];
