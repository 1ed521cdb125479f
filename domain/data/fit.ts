import { type FeatureColumn, featureColumns, sliceColumns } from '#domain/data/columns';
import { fitInteractions } from '#domain/data/interactions';
import { labelClasses } from '#domain/data/label';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { planParts } from '#domain/data/parts';
import { checkQuality } from '#domain/data/quality';
import type { DataSettings, FitSettings } from '#domain/data/settings';
import { shownList } from '#domain/data/shown';
import type { Encoding, Fitted, Quantiles } from '#domain/encodings/encoding';
import type { CategoryPair } from '#domain/encodings/interaction';
import { ENCODINGS, encodingOf } from '#domain/encodings/registry';
import { DataQualityError, SchemaMismatchError } from '#domain/errors';
import { fitBalance } from '#domain/imbalance/balance';
import { type Side, sides } from '#domain/splits/side';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { ColumnProfile, Profile } from '#schemas/records/profile';
import type { RunPointer } from '#schemas/records/run';

function fitColumn(
  { name, feature }: FeatureColumn,
  profile: ColumnProfile | undefined,
  quantiles: Quantiles,
  encodings: readonly Encoding[],
): Fitted {
  const encoding = encodingOf(feature, encodings);
  if (profile?.kind !== encoding.type) {
    throw new TypeError(`column ${name} is a ${feature.type} but was profiled as ${profile?.kind ?? 'nothing'}`);
  }
  return encoding.fit(name, feature, profile, quantiles);
}

/** The model inputs of all columns and interactions, and those that become none. */
function fitColumns(
  pipeline: FitSettings,
  profile: Profile,
  { quantiles, pairs = new Map() }: Pick<FitInput, 'quantiles' | 'pairs'>,
  encodings: readonly Encoding[],
): Pick<FittedTransform, 'features' | 'dropped'> {
  const outcomes = featureColumns(pipeline).map((column) => ({
    column: column.name,
    ...fitColumn(column, profile.columns[column.name], quantiles.get(column.name) ?? new Map(), encodings),
  }));
  const features = outcomes.flatMap((o) => ('features' in o ? o.features : []));
  const dropped = outcomes.flatMap((o) => ('dropped' in o ? [{ column: o.column, reason: o.dropped }] : []));
  const further = fitInteractions(pipeline, pairs, { features });
  return { features: [...features, ...further.features], dropped: [...dropped, ...further.dropped] };
}

/** A column, and the quantiles of its training rows that fitting needs: shares from 0 to 1, rising. */
export interface NeededQuantiles {
  readonly name: string;
  readonly shares: readonly number[];
}

/** The columns whose quantiles are needed for fitting. */
export const neededQuantiles = (
  pipeline: Pick<DataSettings, 'dataset'>,
  encodings: readonly Encoding[] = ENCODINGS,
): NeededQuantiles[] =>
  featureColumns(pipeline).flatMap(({ name, feature }) => {
    const shares = encodingOf(feature, encodings).quantiles?.(feature) ?? [];
    return shares.length === 0 ? [] : [{ name, shares: [...new Set(shares)].toSorted((a, b) => a - b) }];
  });

/** @throws SchemaMismatchError naming the columns that no object of the drop has */
function refuseAbsent({ absent = [] }: Profile): void {
  if (absent.length === 0) return;
  throw new SchemaMismatchError(
    `No object of the drop has a key for ${shownList(
      absent.map((name) => `"${name}"`),
      20,
    )}. Write the files with the keys the pipeline names, or adapt dataset.columns.`,
  );
}

/** The inputs of fitting. */
export interface FitInput {
  readonly run: RunPointer;
  readonly pipeline: FitSettings;
  /** The profiles in shard order. */
  readonly profiles: readonly [Profile, ...Profile[]];
  /** Quantiles of the training rows by column (from the merged sample: exact when it contains all rows). */
  readonly quantiles: ReadonlyMap<string, Quantiles>;
  /** The most frequent pairs of categories of the training rows, by the position of the interaction. */
  readonly pairs?: ReadonlyMap<number, readonly CategoryPair[]> | undefined;
  /** Rows in the gaps between the sides. */
  readonly leftOut?: number;
  /** The model inputs of a run whose model the training goes on from: they are kept, and nothing is fitted. */
  readonly kept?: Pick<FittedTransform, 'features' | 'dropped'> | undefined;
}

/**
 * Checks the drop's quality, then fits imputation, vocabularies and codes on the training rows, unless those of another run are kept.
 *
 * @throws SchemaMismatchError when a column is in no file; DataQualityError when the drop fails a check, or no column carries information
 */
export function fitTransform(
  { run, pipeline, profiles, quantiles, pairs, leftOut = 0, kept }: FitInput,
  encodings: readonly Encoding[] = ENCODINGS,
): {
  fitted: FittedTransform;
  profile: Profile;
} {
  // a profile of an earlier version of Tidegate is of one file
  const blankFiles = profiles.flatMap((own, i) => own.blankFiles ?? (own.rows === 0 ? [i] : []));
  const profile = { ...profiles.slice(1).reduce(mergeProfiles, profiles[0]), blankFiles };
  refuseAbsent(profile);
  const classes = labelClasses(pipeline);
  checkQuality(pipeline, profile, classes);
  const { features, dropped } = kept ?? fitColumns(pipeline, profile, { quantiles, pairs }, encodings);
  if (features.length === 0) {
    throw new DataQualityError(
      `No feature carries information: ${shownList(
        dropped.map((d) => `${d.column} (${d.reason})`),
        20,
      )}. Check the drop.`,
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
  const balance = fitBalance(pipeline.imbalance, profile.sides.train.classes);
  const fitted: FittedTransform = {
    version: 1,
    pipeline: run.pipeline,
    runId: run.runId,
    task: pipeline.evaluation.task,
    label: {
      column: pipeline.dataset.label.column,
      classes,
      classCounts: profile.sides.train.classes,
      ...(typeof profile.onlyNegative === 'string' ? { onlyNegative: profile.onlyNegative } : {}),
    },
    ...(balance ? { balance } : {}),
    features,
    dropped,
    slices: sliceColumns(pipeline),
    sides: { train, validation, test },
    leftOut,
    parts: { train: partsOf('train'), validation: partsOf('validation') },
  };
  return { fitted, profile };
}
