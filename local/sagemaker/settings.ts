/** How the account stands that the embedded SageMaker serves. */
export interface SageMakerSettings {
  /** Service quotas by name, as Service Quotas lists them: `ml.m5.large for endpoint usage`. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** Instances of each type for each usage whose quota is not given. */
  readonly defaultQuota?: number;
  /** Share of the state-change events that are sent twice, 0 to 1, and the seed that decides which. */
  readonly repeatedEvents?: { readonly share: number; readonly seed: number };
}

/**
 * Of a cloud that is brought up as a whole. AWS raises the instance quotas of each account with its use, so there is no one
 * default to copy: 20 is generous for one machine and still catches a configuration that asks for hundreds. Events are
 * repeated because AWS repeats them (aws-facts: "Several events may arrive for one change").
 */
export const DEFAULT_SETTINGS: SageMakerSettings = {
  defaultQuota: 20,
  repeatedEvents: { share: 0.1, seed: 1 },
};
