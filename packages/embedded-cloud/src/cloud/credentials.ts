import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { AwsError, type Caller, type SessionTerms } from './service.ts';
import { damaged } from './state-error.ts';
import { readState, writeState } from './state-file.ts';

/** Keys as an AWS SDK takes them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Who a request's access key belongs to, and the secret its signature was made with. */
export interface Identity {
  readonly caller: Caller;
  readonly secretAccessKey: string;
}

interface Session {
  readonly role: string;
  readonly name: string;
  /** Milliseconds since the epoch; absent: as long as the embedded cloud's state lives. */
  readonly until?: number;
  readonly terms?: SessionTerms;
}

/** A session whose token was found to be made here. */
interface ProvenSession {
  readonly session: Session;
  readonly keys: Keys;
}

/** Sessions remembered at most. */
const MAX_PROVEN = 1000;

export interface CredentialStore {
  readonly admin: Keys;
  /** Keys for one session of a role; the same role, session, end and terms give the same keys, across restarts too. */
  forRole(roleArn: string, sessionName: string, until?: number, terms?: SessionTerms): Keys;
  /**
   * Who signs with this access key.
   * @throws AwsError `InvalidAccessKeyId`, `InvalidToken` or `ExpiredToken`
   */
  identify(accessKeyId: string, sessionToken: string | undefined, now: number): Identity;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base32 = (bytes: Buffer, length: number): string =>
  Array.from(bytes.subarray(0, length), (byte) => BASE32[byte & 31]).join('');

/** The ARN a role session goes by: `arn:aws:sts::<account>:assumed-role/<role name>/<session>`. */
export function sessionArn(roleArn: string, sessionName: string): string {
  const [, partition, , , accountId, path = ''] = roleArn.split(':');
  return `arn:${partition}:sts::${accountId}:assumed-role/${path.split('/').at(-1)}/${sessionName}`;
}

/**
 * The keys of one embedded cloud. Its root secret and the administrator's keys are made once and kept in `stateDir`,
 * readable by the owner alone. Session keys are derived from the root secret, so nothing is stored per session: the
 * token names its role, protected by a MAC.
 */
export function openCredentials(stateDir: string, accountId: string): CredentialStore {
  const path = join(stateDir, 'credentials.json');
  let kept = readState<{ admin: Keys; root: string } | undefined>(path, undefined);
  if (!kept) {
    kept = {
      admin: { accessKeyId: `AKIA${base32(randomBytes(16), 16)}`, secretAccessKey: randomBytes(30).toString('base64') },
      root: randomBytes(32).toString('hex'),
    };
    writeState(path, kept);
  }
  const { admin } = kept;
  if (
    typeof admin?.accessKeyId !== 'string' ||
    typeof admin.secretAccessKey !== 'string' ||
    !/^[0-9a-f]+$/.test(kept.root)
  )
    throw damaged(path);
  const root = Buffer.from(kept.root, 'hex');
  const mac = (purpose: string, data: string): Buffer =>
    createHmac('sha256', root).update(`${purpose}\n${data}`).digest();

  /** Session token → its session: the same few sessions sign repeatedly, and checking one takes three MACs. */
  const proven = new Map<string, ProvenSession>();

  const keysOf = (claims: string): Keys & { sessionToken: string } => ({
    accessKeyId: `ASIA${base32(mac('access key', claims), 16)}`,
    secretAccessKey: mac('secret', claims).toString('base64').slice(0, 40),
    sessionToken: `${claims}.${mac('token', claims).toString('base64url')}`,
  });

  /** @throws AwsError `InvalidToken` for a token that was not made here */
  function prove(sessionToken: string): ProvenSession {
    const [claims = '', proof = ''] = sessionToken.split('.');
    const expected = mac('token', claims);
    const given = Buffer.from(proof, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400);
    }
    const session = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Session;
    const found = { session, keys: keysOf(claims) };
    if (proven.size >= MAX_PROVEN) proven.clear();
    proven.set(sessionToken, found);
    return found;
  }

  return {
    admin,
    forRole(roleArn, sessionName, until, terms) {
      const session: Session = {
        role: roleArn,
        name: sessionName,
        ...(until !== undefined && { until }),
        ...(terms && { terms }),
      };
      return keysOf(Buffer.from(JSON.stringify(session)).toString('base64url'));
    },
    identify(accessKeyId, sessionToken, now) {
      if (accessKeyId === admin.accessKeyId && sessionToken === undefined) {
        return {
          caller: { accessKeyId, arn: `arn:aws:iam::${accountId}:user/admin` },
          secretAccessKey: admin.secretAccessKey,
        };
      }
      if (sessionToken === undefined) {
        const hint = accessKeyId.startsWith('ASIA')
          ? 'A session key needs its session token.'
          : `The administrator's keys are in ${path}.`;
        throw new AwsError(
          'InvalidAccessKeyId',
          `The AWS Access Key Id you provided does not exist in our records. ${hint}`,
          403,
        );
      }
      const { session, keys } = proven.get(sessionToken) ?? prove(sessionToken);
      if (keys.accessKeyId !== accessKeyId) {
        throw new AwsError('InvalidToken', 'The provided token belongs to another access key.', 400);
      }
      if (session.until !== undefined && now >= session.until)
        throw new AwsError('ExpiredToken', 'The provided token has expired.', 400);
      return {
        caller: {
          accessKeyId,
          arn: sessionArn(session.role, session.name),
          roleArn: session.role,
          ...(session.terms && { session: session.terms }),
        },
        secretAccessKey: keys.secretAccessKey,
      };
    },
  };
}
