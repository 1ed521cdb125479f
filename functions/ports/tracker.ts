import type { TrackedRun } from '#domain/tracking/tracked-run';

/** A model for the tracker's registry. */
export interface TrackedModel {
  /** The registered model, whose versions are the pipeline's. */
  readonly name: string;
  readonly description: string | undefined;
  /** Where the model lies. */
  readonly source: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** An experiment tracker. Each call may be repeated: it changes nothing the second time. */
export interface Tracker {
  /**
   * Logs a run, found again by its run id.
   *
   * @param readArtifact the content of an artifact by its key; undefined where it is gone
   * @returns the tracker's own id of the run
   */
  logRun(
    experiment: string,
    run: TrackedRun,
    readArtifact: (key: string) => Promise<string | undefined>,
  ): Promise<string>;
  /** Registers the model of a logged run. */
  registerModel(trackerRunId: string, model: TrackedModel): Promise<void>;
  /**
   * Moves an alias of a registered model to the version of a run, or removes it.
   *
   * @param runId a run of Tidegate; undefined removes the alias
   * @returns whether the alias is as asked: false where no version of that run is registered in the tracker
   */
  setAlias(model: string, alias: string, runId: string | undefined): Promise<boolean>;
}
