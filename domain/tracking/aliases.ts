/** A run of a pipeline, as far as its aliases need it. */
export interface RegisteredRun {
  readonly runId: string;
  /** Absent for a run that registered no model. */
  readonly modelPackageVersion?: number | undefined;
  readonly status?: string | undefined;
  readonly approval?: string | undefined;
}

/** The runs whose models have an alias; undefined where no model does. */
export interface Aliases {
  /** The model in service. */
  readonly champion: string | undefined;
  /** The newest model that may come into service after it: registered later, not yet promoted and not rejected. */
  readonly challenger: string | undefined;
}

/**
 * Which models have the aliases `champion` and `challenger`. It follows from the state alone, not from the event that asks: asked
 * late or twice, it says what holds now.
 *
 * @param runs of the pipeline, in any order
 */
export function aliasesOf(
  champion: { readonly runId: string; readonly modelPackageVersion: number } | undefined,
  runs: readonly RegisteredRun[],
): Aliases {
  const [newest] = runs
    .filter(
      ({ modelPackageVersion: version = 0, status, approval }) =>
        version > (champion?.modelPackageVersion ?? 0) && status === 'registered' && approval !== 'Rejected',
    )
    .toSorted((a, b) => (b.modelPackageVersion ?? 0) - (a.modelPackageVersion ?? 0));
  return { champion: champion?.runId, challenger: newest?.runId };
}
