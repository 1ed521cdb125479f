import type { FitSettings } from '#domain/data/settings';
import { DataQualityError } from '#domain/errors';
import { type Side, sides } from '#domain/splits/side';
import { counted } from '#domain/text/numbers';
import type { Profile } from '#schemas/records/profile';

const figure = (n: number): string => n.toLocaleString('en-US');

/** The problems of one side: empty, a class missing, fewer rows than training instances. */
function sideProblems(pipeline: FitSettings, profile: Profile, side: Side, classes: readonly string[]): string[] {
  const { rows, classes: counts } = profile.sides[side];
  if (rows === 0) return [`the ${side} side is empty`];
  const problems: string[] = [];
  const absent = classes.filter((_, i) => counts[i] === 0);
  if (absent.length > 0)
    problems.push(`the ${side} side has no row of class ${absent.map((c) => `"${c}"`).join(', ')}`);
  const { count } = pipeline.training.instances;
  if (side !== 'test' && rows < count)
    problems.push(`the ${side} side has ${rows} rows for ${count} training instances`);
  return problems;
}

/** What to do about classes that have too few rows for every side; undefined when there is none. Two classes cannot be fewer. */
function rareClassAdvice(profile: Profile, classes: readonly string[]): string | undefined {
  const rows = (i: number) => sides.reduce((sum, side) => sum + (profile.sides[side].classes[i] ?? 0), 0);
  const isRare = (i: number) => sides.some((side) => (profile.sides[side].classes[i] ?? 0) === 0);
  const rare = classes.flatMap((name, i) => (isRare(i) ? [`"${name}" (${counted(rows(i), 'row')})`] : []));
  if (classes.length < 3 || rare.length === 0) return undefined;
  return (
    `Too rare to be divided: ${rare.join(', ')}. Merge a rare class with another one in dataset.label.map, such as ` +
    '{ "3 or 4": [3, 4] }; or leave it out of dataset.label.map and set dataset.label.others: leaveOut; or drop more data.'
  );
}

/**
 * Checks whether the whole drop can be used for training.
 *
 * @param classes names of the classes in the order of their numbers; empty for regression
 * @throws DataQualityError naming every finding and the fix
 */
export function checkQuality(pipeline: FitSettings, profile: Profile, classes: readonly string[]): void {
  const { dataset } = pipeline;
  const { train, validation, test } = profile.sides;
  const rows = train.rows + validation.rows + test.rows;
  const malformed = profile.malformed.rows;
  if (rows < dataset.minRows) {
    const note = malformed > 0 ? ` (${figure(malformed)} more are malformed)` : '';
    throw new DataQualityError(
      `The drop has ${figure(rows)} usable rows${note} where dataset.minRows asks for ${figure(dataset.minRows)}. ` +
        'Drop more data, or lower dataset.minRows.',
    );
  }
  const label = dataset.label.column;
  if (classes.length > 0) {
    const found = classes.filter((_, i) => sides.some((side) => (profile.sides[side].classes[i] ?? 0) > 0));
    if (found.length === 1) {
      throw new DataQualityError(
        `Column "${label}" holds one class only, "${found[0]}", in all ${figure(rows)} rows: there is nothing to learn. ` +
          `Check that the drop is complete and that dataset.label names the ${pipeline.evaluation.task === 'binary' ? 'positive value' : 'classes'} as the file writes them.`,
      );
    }
  } else if (train.label.count > 0 && train.label.min === train.label.max) {
    throw new DataQualityError(
      `Column "${label}" is constant in the training rows: there is nothing to learn. Check the drop.`,
    );
  }
  const problems = sides.flatMap((side) => sideProblems(pipeline, profile, side, classes));
  if (problems.length > 0) {
    throw new DataQualityError(
      `The split of ${figure(rows)} rows leaves sides that cannot be used: ${problems.join('; ')}. ` +
        (rareClassAdvice(profile, classes) ?? 'Drop more data, or change the fractions or the groups of the split.'),
    );
  }
}
