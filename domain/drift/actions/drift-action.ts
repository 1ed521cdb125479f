import type { DecisionSettings } from '#domain/drift/decision/settings';
import type { CarriedDrift, DriftDecision, DriftStep } from '#schemas/records/drift-history';

/** A drop that arrived after the one that the model in service was trained on. */
export interface NewerDrop {
  /** Its name: see `domain/runs/drop-name.ts`. */
  readonly drop: string;
  /**
   * What became of it: `new` was not trained on yet, or its run failed for another reason than the data; `refused`: its data cannot be used;
   * `trained`: a run with the same data and settings ended, and would end the same way again.
   */
  readonly state: 'new' | 'refused' | 'trained';
  /** The run that had it last. */
  readonly runId?: string;
  /** Rows by its size, as many a byte as in the drop of the model in service; undefined where those are not known. */
  readonly rows: number | undefined;
}

/** What a retrain would have to wait for. */
export interface Busy {
  /** The run under way. */
  readonly training?: string;
  /** A version newer than the one in service that nobody has decided on. */
  readonly waiting?: number;
  /** A version that is being deployed or challenges the one in service. */
  readonly deploying?: number;
}

/** The version that a roll-back would serve again. */
export interface FormerVersion {
  readonly version: number;
  readonly runId: string;
  readonly isApproved: boolean;
}

/** Reads the state of the pipeline, for the actions that need it. */
export interface ActionReads {
  busy(): Promise<Busy>;
  /** The newest first. */
  newerDrops(): Promise<readonly NewerDrop[]>;
  /** Undefined where no version served before the one in service. */
  formerVersion(): Promise<FormerVersion | undefined>;
}

/** An alarm that an action answers. */
export interface Alarm {
  /** When the check began, ISO 8601. */
  readonly at: string;
  readonly decision: DriftDecision;
  readonly carried: CarriedDrift;
  readonly settings: DecisionSettings;
  /** `drift.minRows` */
  readonly minRows: number;
}

/** What to start, with the reason, or why nothing is started. */
export type Planned = Omit<DriftStep, 'action'>;

/** What a pipeline wants for an alarm: the kinds of `drift.action`. */
export interface DriftAction<Name extends string = string> {
  /** Its name in the pipeline YAML. */
  readonly name: Name;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Whether an alarm is sent to Slack. */
  readonly tells: boolean;
  plan(alarm: Alarm, reads: ActionReads): Promise<Planned>;
}

/** Nothing is started, and why: an answer, no error. */
export const nothing = (reason: string): Planned => ({ start: 'nothing', reason });
