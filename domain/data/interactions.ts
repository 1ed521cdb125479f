import { featureColumns } from '#domain/data/columns';
import { invariantColumns, monotoneColumns } from '#domain/data/expected-settings';
import type { DataSettings } from '#domain/data/settings';
import { type CategoryPair, crossName, type Interaction, mostPairs, type Pair } from '#domain/encodings/interaction';
import { interactionOf, namedInteractions } from '#domain/encodings/interactions';
import type { Issue } from '#domain/issue';
import { ident } from '#domain/sql/literals';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { FeatureType } from '#schemas/records/profile';

type Settings = Pick<DataSettings, 'dataset'>;

/** An interaction with its columns. */
export interface PlannedInteraction {
  readonly columns: Pair;
  readonly interaction: Interaction;
}

/** The interactions of a pipeline, in its order. Those that the rules refuse are left out. */
export function plannedInteractions(pipeline: Settings): PlannedInteraction[] {
  const types = new Map(featureColumns(pipeline).map(({ name, kind }) => [name, kind]));
  return namedInteractions(pipeline.dataset.interactions).flatMap(({ columns, as }) => {
    const [first, second] = columns.map((name) => types.get(name));
    const interaction = first && second && interactionOf(as, first, second);
    return interaction ? [{ columns, interaction }] : [];
  });
}

/** Reports interactions of columns that are no model inputs, do not go together, or promise something that an interaction breaks. */
export function checkInteractions(pipeline: Settings, issue: Issue): void {
  const { dataset } = pipeline;
  const types = new Map(featureColumns(pipeline).map(({ name, kind }) => [name, kind]));
  const promised = new Set([...monotoneColumns(dataset), ...invariantColumns(dataset)].map(({ column }) => column));
  const typesOf = (columns: Pair) => columns.map((name) => types.get(name)) as [FeatureType, FeatureType];
  const seen = new Set<string>();
  for (const [i, { columns, as }] of namedInteractions(dataset.interactions).entries()) {
    const path = ['dataset', 'interactions', i];
    const [first, second] = columns;
    const stranger = columns.find((name) => !types.has(name));
    const bound = columns.find((name) => promised.has(name));
    const interaction = stranger === undefined ? interactionOf(as, ...typesOf(columns)) : undefined;
    const key = JSON.stringify([columns, interaction?.name]);
    if (stranger !== undefined) issue(path, `"${stranger}" is no model input: name two columns that are`);
    else if (first === second) issue(path, `"${first}" twice: name two different columns`);
    else if (bound !== undefined)
      issue(
        path,
        `"${bound}" is declared monotone or invariant, which an interaction could break: remove one of the two`,
      );
    else if (interaction === undefined)
      issue(
        path,
        `a ${typesOf(columns).join(' and a ')} do not go together${as === undefined ? '' : ` as ${as}`}: take two numbers, two categories or two times`,
      );
    else if (seen.has(key)) issue(path, 'it is listed twice: remove one');
    seen.add(key);
  }
}

/** SQL of the most frequent pairs of categories, `first` and `second`, over sampled training rows. */
export const pairsSql = ([first, second]: Pair, sample: string): string =>
  `SELECT CAST(${ident(first)} AS VARCHAR) AS first, CAST(${ident(second)} AS VARCHAR) AS second FROM ${sample} ` +
  `WHERE ${ident(first)} IS NOT NULL AND ${ident(second)} IS NOT NULL GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT ${mostPairs + 1}`;

/**
 * The model inputs of all interactions, and those that become none.
 *
 * @param pairs the most frequent pairs of categories, by the position of the interaction
 * @param own the model inputs of the columns
 */
export function fitInteractions(
  pipeline: Settings,
  pairs: ReadonlyMap<number, readonly CategoryPair[]>,
  own: Pick<FittedTransform, 'features'>,
): Pick<FittedTransform, 'features' | 'dropped'> {
  const used = new Set(own.features.map(({ source }) => source));
  const outcomes = plannedInteractions(pipeline).map(({ columns, interaction }, i) => {
    const useless = columns.find((name) => !used.has(name));
    const features = useless === undefined ? interaction.fit(columns, pairs.get(i) ?? []) : [];
    const reason = useless === undefined ? 'the same pair in every training row' : `${useless} carries no information`;
    return { column: crossName(columns), features, reason };
  });
  return {
    features: outcomes.flatMap(({ features }) => features),
    dropped: outcomes.flatMap(({ column, features, reason }) => (features.length === 0 ? [{ column, reason }] : [])),
  };
}
