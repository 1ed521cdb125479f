/** One request, as the audit log stores it. */
export interface AuditLine {
  /** ISO 8601. */
  readonly time: string;
  readonly requestId: string;
  readonly caller: string;
  /** Logical id of the caller's role, where it is in the template. */
  readonly role?: string;
  readonly service: string;
  readonly operation: string;
  /** The question to IAM and its answer; `not asked` after an earlier refusal. */
  readonly authorization: readonly {
    readonly action: string;
    readonly resource: string;
    readonly decision: 'allow' | 'deny' | 'not asked';
    readonly statement?: string;
  }[];
  readonly input?: unknown;
  readonly fault?: string;
  readonly status: number;
  readonly errorCode?: string;
  readonly durationMs: number;
}
