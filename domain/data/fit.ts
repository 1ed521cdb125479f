import { type FeatureColumn, featureColumns, sliceColumns } from '#domain/data/columns';
import { labelClasses } from '#domain/data/label';
import { planParts } from '#domain/data/parts';
import { mergeProfiles } from '#domain/data/profile';
import { checkQuality } from '#domain/data/quality';
import type { DataSettings, FitSettings } from '#domain/data/settings';
import { type Side, sides } from '#domain/data/split';
import { DataQualityError } from '#domain/errors';
import type { FeatureSpec } from '#schemas/pipeline-columns';
import type { FittedFeature, FittedTransform } from '#schemas/records/fitted-transform';
import type { ColumnProfile, Profile } from '#schemas/records/profile';
import type { RunPointer } from '#schemas/records/run';

/** The model inputs of one column, or why it carries no information. */
type Fitted = { readonly features: readonly FittedFeature[] } | { readonly dropped: string };

type Spec<T extends FeatureSpec['type']> = Extract<FeatureSpec, { type: T }>;
type Of<K extends ColumnProfile['kind']> = Extract<ColumnProfile, { kind: K }>;

const allMissing: Fitted = { dropped: 'every training row lacks a value' };
const constant: Fitted = { dropped: 'the same value in every training row' };

function fitNumber(source: string, spec: Spec<'number'>, profile: Of<'number'>, median: number | undefined): Fitted {
  const { count, min, max, mean } = profile.train;
  if (count === 0) return allMissing;
  const hasMissing = profile.trainMissing > 0;
  const fills = { median: median ?? mean, mean, zero: 0, none: null };
  const fill = typeof spec.impute === 'number' ? spec.impute : fills[spec.impute];
  const indicator: FittedFeature[] =
    spec.indicator && hasMissing ? [{ kind: 'missing', name: `${source}:missing`, source }] : [];
  const varies = min !== max || (hasMissing && fill !== min);
  const value: FittedFeature[] = varies ? [{ kind: 'number', name: source, source, fill }] : [];
  const features = [...value, ...indicator];
  return features.length > 0 ? { features } : constant;
}

/** Numbers in order of size, else texts in order of code points: stable, whatever the counts. */
function inNaturalOrder(categories: readonly string[]): string[] {
  const numeric = categories.every((c) => c.trim() !== '' && Number.isFinite(Number(c)));
  return categories.toSorted((a, b) => (numeric && Number(a) !== Number(b) ? Number(a) - Number(b) : a < b ? -1 : 1));
}

function fitCategory(source: string, spec: Spec<'category'>, profile: Of<'category'>): Fitted {
  const byCount = profile.counts.toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([category]) => category);
  if (byCount.length === 0) return allMissing;
  const hasMissing = profile.trainMissing > 0;
  const asMissing = spec.impute === 'missing';
  const mode = byCount[0] as string;
  const fill = typeof spec.impute === 'object' ? spec.impute.value : mode;
  const beyond = profile.rest > 0;
  const varies = byCount.length > 1 || beyond || (hasMissing && (asMissing || fill !== mode));
  if (!varies) return constant;
  if (spec.encode === 'ordinal') {
    const order = spec.order ?? inNaturalOrder(byCount.slice(0, spec.maxCategories));
    const position = order.indexOf(fill);
    return {
      features: [{ kind: 'ordinal', name: source, source, order, fill: asMissing || position < 0 ? null : position }],
    };
  }
  const known = inNaturalOrder(byCount.slice(0, spec.maxCategories));
  const features: FittedFeature[] = known.map((category) => ({
    kind: 'equals',
    name: `${source}=${category}`,
    source,
    category,
    orMissing: !asMissing && category === fill,
  }));
  if (byCount.length > known.length || beyond) features.push({ kind: 'other', name: `${source}:other`, source, known });
  if (asMissing && hasMissing) features.push({ kind: 'missing', name: `${source}:missing`, source });
  return { features };
}

function fitBoolean(source: string, spec: Spec<'boolean'>, profile: Of<'boolean'>): Fitted {
  const { trueCount, falseCount, trainMissing } = profile;
  if (trueCount + falseCount === 0) return allMissing;
  const mode = trueCount > falseCount ? 1 : 0;
  const fill = spec.impute === 'none' ? null : spec.impute === 'false' ? 0 : mode;
  const only = trueCount === 0 ? 0 : falseCount === 0 ? 1 : undefined;
  const varies = only === undefined || (trainMissing > 0 && fill !== only);
  return varies ? { features: [{ kind: 'boolean', name: source, source, fill }] } : constant;
}

function fitDatetime(source: string, spec: Spec<'datetime'>, profile: Of<'datetime'>): Fitted {
  if (profile.min === null) return allMissing;
  if (profile.min === profile.max && profile.trainMissing === 0) return constant;
  return { features: spec.parts.map((part) => ({ kind: 'datetime', name: `${source}:${part}`, source, part })) };
}

function fitColumn(
  { name, feature }: FeatureColumn,
  profile: ColumnProfile | undefined,
  median: number | undefined,
): Fitted {
  if (feature.type === 'number' && profile?.kind === 'number') return fitNumber(name, feature, profile, median);
  if (feature.type === 'category' && profile?.kind === 'category') return fitCategory(name, feature, profile);
  if (feature.type === 'boolean' && profile?.kind === 'boolean') return fitBoolean(name, feature, profile);
  if (feature.type === 'datetime' && profile?.kind === 'datetime') return fitDatetime(name, feature, profile);
  throw new TypeError(`column ${name} is a ${feature.type} but was profiled as ${profile?.kind ?? 'nothing'}`);
}

/** Columns whose median is wanted before fitting. */
export const medianColumns = (pipeline: Pick<DataSettings, 'dataset'>): string[] =>
  featureColumns(pipeline)
    .filter((c) => c.feature.type === 'number' && c.feature.impute === 'median')
    .map((c) => c.name);

/** What fitting starts from. */
export interface FitInput {
  readonly run: RunPointer;
  readonly pipeline: FitSettings;
  /** The profiles in shard order. */
  readonly profiles: readonly [Profile, ...Profile[]];
  /** Medians of the training rows by column (of the merged sample: exact when it holds them all). */
  readonly medians: ReadonlyMap<string, number>;
}

/**
 * Fits imputation, vocabularies and codes on the training rows, after checking that the drop is fit for it.
 *
 * @throws DataQualityError when it is not, or no column carries information
 */
export function fitTransform({ run, pipeline, profiles, medians }: FitInput): {
  fitted: FittedTransform;
  profile: Profile;
} {
  const profile = profiles.slice(1).reduce(mergeProfiles, profiles[0]);
  const classes = labelClasses(pipeline);
  checkQuality(pipeline, profile, classes);
  const outcomes = featureColumns(pipeline).map((column) => ({
    column: column.name,
    ...fitColumn(column, profile.columns[column.name], medians.get(column.name)),
  }));
  const features = outcomes.flatMap((o) => ('features' in o ? o.features : []));
  const dropped = outcomes.flatMap((o) => ('dropped' in o ? [{ column: o.column, reason: o.dropped }] : []));
  if (features.length === 0) {
    throw new DataQualityError(
      `No feature carries information: ${dropped.map((d) => `${d.column} (${d.reason})`).join(', ')}. Check the drop.`,
    );
  }
  const partsOf = (side: Side) =>
    planParts(
      profiles.map((p) => p.sides[side].rows),
      pipeline.training.instances.count,
    );
  const counts = (side: Side) => ({ rows: profile.sides[side].rows, classes: profile.sides[side].classes });
  const [train, validation, test] = sides.map(counts) as [
    ReturnType<typeof counts>,
    ReturnType<typeof counts>,
    ReturnType<typeof counts>,
  ];
  const fitted: FittedTransform = {
    version: 1,
    pipeline: run.pipeline,
    runId: run.runId,
    task: pipeline.evaluation.task,
    label: { column: pipeline.dataset.label.column, classes, classCounts: profile.sides.train.classes },
    features,
    dropped,
    slices: sliceColumns(pipeline),
    sides: { train, validation, test },
    parts: { train: partsOf('train'), validation: partsOf('validation') },
  };
  return { fitted, profile };
}
