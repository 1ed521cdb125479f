/** What a service does with the members of its requests. AWS's own lists of members are in `request-members.json`. */
export interface RequestMembers {
  /** The service's name in botocore. */
  readonly model: string;
  /**
   * Operation → the members it acts on: `Name Tags{Key Value}`. A member without braces stands for all below it. AWS's other
   * members are refused.
   */
  readonly reads: Readonly<Record<string, string>>;
  /** Members that change nothing here, and why they may be accepted. */
  readonly inert?: Readonly<Record<string, string>>;
  /** Code and status of the refusal; by default `ValidationException` and 400. */
  readonly refusal?: readonly [code: string, status: number];
}
