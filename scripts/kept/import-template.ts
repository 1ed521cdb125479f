type Json = Readonly<Record<string, unknown>>;

export interface CompiledTemplate {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Json; readonly DeletionPolicy?: string }>
  >;
}

/** Where the stack is. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

interface ToImport {
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly ResourceIdentifier: Readonly<Record<string, string>>;
}

/** What an import needs. */
export interface Import {
  /** A template of the kept resources alone. */
  readonly kept: CompiledTemplate;
  readonly toImport: readonly ToImport[];
  /** Keys and secrets whose identifier was not given, with the command that finds it. */
  readonly missing: readonly { readonly logicalId: string; readonly find: string }[];
}

/** The text of a name as the template has it: plain, or an `Fn::Sub` of account and region. */
function nameOf(value: unknown, { account, region }: Place): string {
  const text =
    typeof value === 'string'
      ? value
      : String((value as Readonly<Record<string, unknown>> | undefined)?.['Fn::Sub'] ?? '');
  return text.replaceAll(/\$\{AWS::(AccountId|Region)\}/g, (_, name) => (name === 'Region' ? region : account));
}

/** Logical ids that a value refers to. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'Ref') return [String(member)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(member) ? member[0] : String(member).split('.')[0])];
    return references(member);
  });
}

/**
 * Cuts a template to what its stack keeps, and identifies each resource as CloudFormation imports it (CloudFormation User Guide,
 * "Resource type support for imports and drift detection"): buckets and tables by name, keys by id, secrets by ARN.
 *
 * @param given key ids and secret ARNs by logical id. A key that is not given is left out where nothing that is kept uses it, and
 *   made anew by the next deployment.
 */
export function importOf(template: CompiledTemplate, place: Place, given: ReadonlyMap<string, string>): Import {
  const all = Object.entries(template.Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy !== undefined);
  const used = new Set(all.flatMap(([, { Properties }]) => references(Properties)));
  const chosen = all.filter(([id, { Type }]) => Type !== 'AWS::KMS::Key' || used.has(id) || given.has(id));
  const missing: { logicalId: string; find: string }[] = [];

  const identify = (
    logicalId: string,
    { Type, Properties }: (typeof all)[number][1],
  ): ToImport['ResourceIdentifier'] => {
    const known = given.get(logicalId) ?? '';
    switch (Type) {
      case 'AWS::S3::Bucket':
        return { BucketName: nameOf(Properties['BucketName'], place) };
      case 'AWS::DynamoDB::Table':
        return { TableName: nameOf(Properties['TableName'], place) };
      case 'AWS::KMS::Key':
        if (known === '')
          missing.push({
            logicalId,
            find: `aws kms describe-key (its description is "${String(Properties['Description'])}")`,
          });
        return { KeyId: known };
      case 'AWS::SecretsManager::Secret':
        if (known === '')
          missing.push({
            logicalId,
            find: `aws secretsmanager describe-secret --secret-id ${nameOf(Properties['Name'], place)} --query ARN`,
          });
        return { Id: known };
      default:
        throw new Error(`${logicalId}: ${Type} is kept, and its import is not known here.`);
    }
  };
  const toImport = chosen.map(([LogicalResourceId, resource]) => ({
    ResourceType: resource.Type,
    LogicalResourceId,
    ResourceIdentifier: identify(LogicalResourceId, resource),
  }));
  const parameters = new Set(chosen.flatMap(([, { Properties }]) => references(Properties)));
  return {
    kept: {
      Parameters: Object.fromEntries(
        Object.entries(template.Parameters ?? {}).filter(([name]) => parameters.has(name)),
      ),
      Resources: Object.fromEntries(chosen),
    },
    toImport,
    missing,
  };
}
