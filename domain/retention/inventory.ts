import type { ApprovalStatus } from '#domain/registry/decision';

/** A run or a batch as the state table has it. */
export interface RecordedRun {
  readonly runId: string;
  readonly kind: 'run' | 'batch';
  /** As its record says: `running`, `failed`, `rejected`, `registered`, `deployed`; of a batch `scored` and others. */
  readonly status: string | undefined;
  /** Whether its drop was refused: later runs leave the drop out as long as this is known. */
  readonly isRefused: boolean;
}

/** A model package as a listing has it. */
export interface StoredVersion {
  readonly version: number;
  readonly modelPackageArn: string;
  /** Undefined where another tool registered it: it is not Tidegate's to delete. */
  readonly runId: string | undefined;
  readonly approval: ApprovalStatus;
  /** ISO 8601. */
  readonly registeredAt: string;
}

/** A run whose model serves, served, or is about to. */
export interface ReferredRun {
  readonly runId: string;
  readonly version: number;
}

/** What else refers to runs, endpoint configs and models of a pipeline. */
export interface References {
  readonly champion: ReferredRun | undefined;
  /** The former champions, from the last one. */
  readonly former: readonly (ReferredRun & { readonly supersededAt: string })[];
  /** Runs whose models answered requests of a challenge that has ended. */
  readonly challenged: readonly { readonly runId: string; readonly endedAt: string }[];
  /** Runs that an execution works on now. */
  readonly underWay: readonly { readonly runId: string; readonly as: UnderWay }[];
  /** The run whose facts the next drop is compared with. */
  readonly lastGood: string | undefined;
  /** Endpoint configs that an endpoint serves, changes to or goes back to. */
  readonly liveConfigs: readonly string[];
}
export type UnderWay = 'training' | 'deploying' | 'challenging' | 'scoring';

/** All that a pipeline has which no lifecycle rule ends. */
export interface Inventory extends References {
  readonly pipeline: string;
  readonly recorded: readonly RecordedRun[];
  /** Runs with objects in the artifacts bucket. */
  readonly records: readonly string[];
  /** Runs with objects in the clean bucket. */
  readonly rows: readonly string[];
  readonly versions: readonly StoredVersion[];
  /** Names of SageMaker's endpoint configs and models with the runs that they are of. */
  readonly endpointConfigs: readonly OwnedName[];
  readonly models: readonly OwnedName[];
  /** Sort keys of the state table that are of one run each. */
  readonly items: readonly OwnedName[];
}

/** The name of something that is of one run. */
export interface OwnedName {
  readonly name: string;
  readonly runId: string;
}
