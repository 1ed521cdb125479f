/**
 * Sizes and forms IAM refuses a role or policy for (IAM User Guide, "IAM and AWS STS quotas"); where a quota can be raised,
 * this is what an account starts with. White space does not count.
 */
const MAX_INLINE = 10_240;
const MAX_MANAGED = 6144;
const MAX_TRUST = 2048;
const MAX_ATTACHED = 10;
const NAME = /^[\w+=,.@-]{1,64}$/;
const SESSION_SECONDS = [3600, 43_200] as const;

const sizeOf = (document: unknown): number =>
  (typeof document === 'string' ? document : JSON.stringify(document ?? '')).replace(/\s/g, '').length;

/** What of a role counts. */
export interface MeasuredRole {
  readonly logicalId: string;
  readonly name: string;
  readonly trust: unknown;
  readonly attached: number;
  readonly maxSessionSeconds: number;
}

/** @throws Error naming the role, its size and the limit */
export function checkRole({ logicalId, name, trust, attached, maxSessionSeconds }: MeasuredRole): void {
  if (!NAME.test(name))
    throw new Error(`The name "${name}" of role ${logicalId} must be 1 to 64 letters, digits and + = , . @ _ -.`);
  const trusted = sizeOf(trust);
  if (trusted > MAX_TRUST)
    throw new Error(`The trust policy of role ${logicalId} has ${trusted} characters; IAM takes ${MAX_TRUST}.`);
  if (attached > MAX_ATTACHED)
    throw new Error(`Role ${logicalId} has ${attached} managed policies; IAM attaches ${MAX_ATTACHED}.`);
  const [shortest, longest] = SESSION_SECONDS;
  if (!(maxSessionSeconds >= shortest && maxSessionSeconds <= longest))
    throw new Error(`MaxSessionDuration of role ${logicalId} must lie between ${shortest} and ${longest} seconds.`);
}

/** All inline policies of a role together. @throws Error */
export function checkInline(role: string, documents: readonly unknown[]): void {
  const size = documents.reduce((sum: number, document) => sum + sizeOf(document), 0);
  if (size > MAX_INLINE)
    throw new Error(
      `The inline policies of role ${role} have ${size} characters together; IAM takes ${MAX_INLINE}. Move statements into an AWS::IAM::ManagedPolicy.`,
    );
}

/** @throws Error */
export function checkManaged(logicalId: string, document: unknown): void {
  const size = sizeOf(document);
  if (size > MAX_MANAGED)
    throw new Error(`Managed policy ${logicalId} has ${size} characters; IAM takes ${MAX_MANAGED}.`);
}
