import type * as z from 'zod';
import type { PredictionRecord } from '#schemas/records/prediction';
import type { Task } from '#schemas/records/task';

/** What it takes to read the scores of a model. */
export interface ModelFacts {
  readonly task: Task;
  /** Binary: scores at or above it are the positive class. */
  readonly threshold: number;
  /** Names of the classes in the order of their numbers; empty for regression. */
  readonly classes: readonly string[];
}

/** The two models of a challenge. */
export interface Contenders {
  readonly champion: ModelFacts;
  readonly challenger: ModelFacts;
}

/** One logged request, and what is known of its rows. */
export interface Evidence {
  readonly prediction: PredictionRecord;
  /**
   * What came true, by the row's position in its request: a value of the label column for regression, 1 or 0 for binary, the name of the
   * class for multiclass. Rows without an outcome are absent. Only modes that read outcomes receive it, once for each request.
   */
  readonly outcomes?: ReadonlyMap<number, string | number>;
}

/** What the totals say. */
export interface Judgement {
  readonly verdict: 'undecided' | 'won' | 'lost';
  /** Sentences for people. */
  readonly reasons: readonly string[];
  /** What was measured, by name; finite numbers. */
  readonly measures: Readonly<Record<string, number>>;
}

/** How long a challenge has received requests. */
export interface Elapsed {
  readonly hours: number;
}

/** The definition of a mode in a file of `domain/challenges`. */
export interface ModeDefinition<Name extends string, Settings extends z.ZodType, Totals extends z.ZodType> {
  /** The `mode` of a `challenge` section. */
  readonly name: Name;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Whether the challenger answers requests `beside` the champion, unseen by callers, or `instead` of it. */
  readonly answers: 'beside' | 'instead';
  /** What it folds: each logged request, or each outcome of one. */
  readonly reads: 'predictions' | 'outcomes';
  /** The tasks whose models it can compare. */
  readonly tasks: readonly Task[];
  /** The whole `challenge` section: a strict object with `mode` and the settings of `domain/challenges/settings.ts`. */
  readonly settings: Settings;
  readonly totals: Totals;
  readonly example: z.input<Settings>;
  empty(): z.output<Totals>;
  /** Adds a request. Its order changes nothing. */
  fold(totals: z.output<Totals>, evidence: Evidence, contenders: Contenders): z.output<Totals>;
  judge(totals: z.output<Totals>, settings: z.output<Settings>, elapsed: Elapsed): Judgement;
}

/** A mode whose totals and settings are checked where they are read. */
export interface ChallengeMode<Name extends string = string, Settings extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly summary: string;
  readonly answers: 'beside' | 'instead';
  readonly reads: 'predictions' | 'outcomes';
  readonly tasks: readonly Task[];
  readonly settings: Settings;
  readonly example: Readonly<Record<string, unknown>>;
  /** @param totals those before, or undefined at the beginning */
  fold(totals: unknown, evidence: readonly Evidence[], contenders: Contenders): unknown;
  judge(totals: unknown, settings: unknown, elapsed: Elapsed): Judgement;
}

/** Makes a mode of its definition. */
export function defineMode<const Name extends string, Settings extends z.ZodType, Totals extends z.ZodType>(
  definition: ModeDefinition<Name, Settings, Totals>,
): ChallengeMode<Name, Settings> {
  const { name, summary, answers, reads, tasks, settings, example } = definition;
  const read = (totals: unknown): z.output<Totals> =>
    totals === undefined ? definition.empty() : definition.totals.parse(totals);
  return {
    name,
    summary,
    answers,
    reads,
    tasks,
    settings,
    example: example as Readonly<Record<string, unknown>>,
    fold: (totals, evidence, contenders) =>
      evidence.reduce((sum, one) => definition.fold(sum, one, contenders), read(totals)),
    judge: (totals, given, elapsed) => definition.judge(read(totals), settings.parse(given), elapsed),
  };
}
