import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import { keyArnOf } from '../kms/key-use.ts';

/** What a table has beyond what dynalite keeps. */
export interface TableSettings {
  readonly ttlAttribute?: string;
  readonly deletionProtection?: boolean;
  readonly pointInTimeRecovery?: boolean;
  readonly sse?: boolean;
  /** `STANDARD` where it is absent. */
  readonly tableClass?: string;
  /** The customer's key, as the template names it. */
  readonly keyId?: string;
}

/** Members of CreateTable and UpdateTable that dynalite does not have; they are kept beside it. */
const OWN = ['DeletionProtectionEnabled', 'SSESpecification', 'StreamSpecification', 'TableClass', 'Tags'];

const CLASSES = ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'];

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** Splits a request into what dynalite takes and what is kept beside it. */
export const withoutOptions = (input: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(input).filter(([member]) => !OWN.includes(member)));

/** Texts and booleans alike, as templates have them. */
const isOn = (value: unknown): boolean => String(value) === 'true';

/** Encryption with a KMS key: the account's, or one that the request names. @throws AwsError `ValidationException` */
function readEncryption(specification: unknown): Pick<TableSettings, 'sse' | 'keyId'> {
  if (!isJsonObject(specification)) return {};
  const { Enabled: enabled, SSEType: type, KMSMasterKeyId: keyId } = specification;
  if (type !== undefined && type !== 'KMS') throw invalid(`SSEType ${String(type)} is not supported: use KMS.`);
  if (!isOn(enabled) && keyId !== undefined)
    throw invalid('One or more parameter values were invalid: KMSMasterKeyId needs SSESpecification.Enabled.');
  return { sse: isOn(enabled), ...(typeof keyId === 'string' && { keyId }) };
}

/**
 * The options of a request or of a template's table.
 * @returns only what it sets
 * @throws AwsError `ValidationException` for a stream, and for what DynamoDB would refuse
 */
export function readOptions(input: JsonObject): Partial<TableSettings> {
  const { DeletionProtectionEnabled: deletionProtection, TableClass: tableClass, StreamSpecification: stream } = input;
  if (isJsonObject(stream) && isOn(stream['StreamEnabled']))
    throw invalid('StreamSpecification is not emulated: DynamoDB has no streams here.');
  if (tableClass !== undefined && !CLASSES.includes(String(tableClass)))
    throw invalid(
      `1 validation error detected: Value '${String(tableClass)}' at 'tableClass' failed to satisfy constraint: Member must satisfy enum value set: [${CLASSES.join(', ')}]`,
    );
  return {
    ...(deletionProtection !== undefined && { deletionProtection: isOn(deletionProtection) }),
    ...(typeof tableClass === 'string' && { tableClass }),
    ...readEncryption(input['SSESpecification']),
  };
}

/** The options as a description of the table shows them. */
export function describeOptions(
  { deletionProtection, sse, keyId, tableClass }: TableSettings,
  context: CloudContext,
): JsonObject {
  return {
    DeletionProtectionEnabled: deletionProtection === true,
    ...(tableClass !== undefined && { TableClassSummary: { TableClass: tableClass } }),
    ...(sse && {
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        ...(keyId !== undefined && { KMSMasterKeyArn: keyArnOf(context, keyId) }),
      },
    }),
  };
}
