import { findService } from '../cloud/find-service.ts';
import { type AuthorizationRequest, AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import { resourceTagConditions } from '../iam/tag-conditions.ts';

/** A key as the services that encrypt with it see it. */
export interface KeyView {
  readonly arn: string;
  readonly enabled: boolean;
  /** Aliases that name it, `alias/…`. */
  readonly aliases: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** KMS, and what other services of the cloud ask it inside. */
export interface KmsService extends CloudService {
  /** A key by id, ARN, alias or alias ARN. @throws AwsError `NotFoundException` */
  view(name: string): KeyView;
  resourcePolicy(keyArn: string): unknown;
}

/** What a service does with a key, in its caller's name or in its own. */
export interface KeyUse {
  readonly actions: readonly `kms:${string}`[];
  /** Id, ARN, alias or alias ARN, as the resource names its key. */
  readonly key: string;
  /** `s3`, `dynamodb` …; absent where the service asks in its own name. */
  readonly via?: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

const textArn = ({ partition, region, accountId }: Place, key: string): string =>
  key.startsWith('arn:')
    ? key
    : `arn:${partition}:kms:${region}:${accountId}:${key.startsWith('alias/') ? key : `key/${key}`}`;

type Place = Pick<CloudContext, 'partition' | 'region' | 'accountId' | 'service'>;

/** Keys AWS manages for a service (`alias/aws/s3`) are open to every principal of the account through that service. */
export const isAwsManaged = (key: string): boolean => /(?:^|:)alias\/aws\//.test(key);

/**
 * The ARN of the key with a name or alias; in a cloud without KMS the name itself as an ARN.
 * @throws AwsError `KMS.NotFoundException`, `KMS.DisabledException`
 */
export const keyArnOf = (place: Place, key: string): string => viewed(place, key)?.arn ?? textArn(place, key);

/**
 * What KMS must be asked when a service uses a customer's key.
 * @throws AwsError `KMS.NotFoundException`, `KMS.DisabledException`, as S3 and SQS report them
 */
export function keyUse(place: Place, { actions, key, via, encryptionContext }: KeyUse): AuthorizationRequest[] {
  if (isAwsManaged(key)) return [];
  const view = viewed(place, key);
  const context = {
    ...(via !== undefined && { 'kms:ViaService': `${via}.${place.region}.amazonaws.com` }),
    'kms:CallerAccount': place.accountId,
    ...(view && view.aliases.length > 0 && { 'kms:ResourceAliases': view.aliases }),
    ...resourceTagConditions(view?.tags ?? []),
    ...encryptionContextKeys(encryptionContext),
  };
  return actions.map((action) => ({ action, resource: view?.arn ?? textArn(place, key), context }));
}

function viewed(place: Place, key: string): KeyView | undefined {
  let view: KeyView | undefined;
  try {
    view = findService<KmsService>(place, 'kms')?.view(key);
  } catch (cause) {
    if (cause instanceof AwsError) throw new AwsError('KMS.NotFoundException', `Invalid keyId '${key}'`);
    throw cause;
  }
  if (view?.enabled === false) throw new AwsError('KMS.DisabledException', `${view.arn} is disabled.`);
  return view;
}

/** The condition keys of an encryption context. */
export const encryptionContextKeys = (
  context: Readonly<Record<string, string>>,
): Readonly<Record<string, string | readonly string[]>> => ({
  ...(Object.keys(context).length > 0 && { 'kms:EncryptionContextKeys': Object.keys(context) }),
  ...Object.fromEntries(Object.entries(context).map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
});
