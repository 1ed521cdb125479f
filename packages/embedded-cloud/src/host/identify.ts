import type { CredentialStore } from '../cloud/credentials.ts';
import type { Caller } from '../cloud/service.ts';
import { checkTime, type SignedParts, signatureMatches, unsignedHeaders, type WireRequest } from './sigv4.ts';
import { doorError } from './wire-errors.ts';

/** Services that one region does not bind. */
const GLOBAL_SERVICES = new Set(['iam', 'sts']);

/** Who claims to send a request: everything that the headers say is right, except the signature itself. */
export interface Claim {
  /**
   * Checks the signature, and returns who made it.
   * @param payloadHash of the body, declared or computed
   * @throws AwsError in the form of the signed service when the signature or its region is wrong
   */
  prove(payloadHash: string): Caller;
}

/**
 * Checks what the headers of a request say about its caller, without its body.
 * @param place the keys of this cloud, and its region
 * @throws AwsError in the form of the signed service when the key is unknown, the time is off or a header is not signed
 */
export function identify(
  { credentials, region }: { readonly credentials: CredentialStore; readonly region: string },
  wire: WireRequest,
  parts: SignedParts,
): Claim {
  const refuse = (code: string, message: string, status: number) =>
    doorError(parts.signingName, code, message, status, wire.headers['content-type']);
  const identity = credentials.identify(parts.accessKeyId, parts.sessionToken, Date.now());
  // Signatures are made by clients with the machine's own time, so they are checked against it.
  checkTime(parts, Date.now());
  const unsigned = unsignedHeaders(wire, parts);
  if (unsigned.length > 0)
    throw refuse(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
      403,
    );
  return {
    prove(payloadHash) {
      if (!signatureMatches(wire, parts, identity.secretAccessKey, payloadHash)) {
        throw refuse(
          'SignatureDoesNotMatch',
          'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
          403,
        );
      }
      if (parts.region !== region && !GLOBAL_SERVICES.has(parts.signingName)) {
        throw refuse(
          'SignatureDoesNotMatch',
          `Credential should be scoped to a valid region, not '${parts.region}': this cloud is in ${region}. Set AWS_REGION=${region}.`,
          403,
        );
      }
      return identity.caller;
    },
  };
}
