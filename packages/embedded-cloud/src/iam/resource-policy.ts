import type { CloudContext, CloudService } from '../cloud/service.ts';
import { type Policy, parsePolicy, type Statement } from './policy.ts';

/** What policies are evaluated with. */
export interface Account extends Pick<CloudContext, 'accountId' | 'clock'> {
  /** A service by its signing name; a cloud started with some of the services lacks others. */
  find(signingName: string): CloudService | undefined;
}

/** Services whose resources have policies, by the service part of an ARN, and whether these alone decide. */
const HOLDERS: Readonly<Record<string, { readonly signingName: string; readonly decides: boolean }>> = {
  s3: { signingName: 's3', decides: false },
  sqs: { signingName: 'sqs', decides: false },
  kms: { signingName: 'kms', decides: true },
};

/** Statements by the document they were read from: one request reads a key's several times. */
const readBefore = new WeakMap<object, readonly Statement[]>();

function statementsOf(document: unknown, name: string): readonly Statement[] {
  const known = typeof document === 'object' && document ? readBefore.get(document) : undefined;
  if (known) return known;
  const { statements } = parsePolicy(document, name, 'resource');
  if (typeof document === 'object' && document) readBefore.set(document, statements);
  return statements;
}

/** The policy of a resource, where it has one. */
export function resourcePolicy(
  resource: string,
  context: Account,
): { readonly resource?: readonly Policy[]; readonly resourceDecides?: boolean } {
  const [, , kind = '', , , path = ''] = resource.split(':');
  const holder = HOLDERS[kind];
  const service = holder && context.find(holder.signingName);
  if (!holder || !service?.resourcePolicy) return {};
  const document = service.resourcePolicy(kind === 's3' ? (path.split('/')[0] ?? '') : resource);
  if (document === undefined) return {};
  const name = `policy of ${resource}`;
  const policy = { name, statements: statementsOf(document, name) };
  return { resource: [policy], resourceDecides: holder.decides };
}
