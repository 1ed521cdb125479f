import type { AuditLine } from '#src/audit/log';
import { readLeftOut } from '#src/cloud/left-out';
import { checkShape } from '#src/service-model/check';
import type { ServiceModel } from '#src/service-model/model';
import type { Path, Violation } from '#src/service-model/violation';

/** Where the models come from. */
export interface ModelSource {
  find(signingName: string, operation: string): ServiceModel | undefined;
}

/** The result of checking one request against its model. */
export type Verdict =
  | { readonly kind: 'valid' }
  /** Invalid, and accepted by the embedded cloud, or refused for another reason. */
  | { readonly kind: 'invalid'; readonly faults: readonly string[] }
  /** Invalid, and refused as such: AWS would have done so too. */
  | { readonly kind: 'refused'; readonly faults: readonly string[] }
  | { readonly kind: 'unchecked'; readonly reason: string };

/** Codes by which services say that a request is not valid in itself. */
const REFUSALS =
  /^(?:Validation(?:Exception|Error)|InvalidParameter\w*|InvalidArgument|InvalidInput\w*|InvalidRequest|InvalidName|InvalidArn|InvalidDefinition|InvalidToken|InvalidEventPatternException|InvalidExecutionInput|InvalidOutput|InvalidMessageContents|InvalidPart\w*|InvalidTag|Malformed\w*|MissingAction|MissingParameter\w*|MissingRequired\w*|SerializationException|ResourceNotFound\w*|StateMachineDoesNotExist|NoSuch\w*|AWS\.SimpleQueueService\.NonExistentQueue)$/;

/**
 * Checks the input of one audited request against the service model of its operation.
 * @returns undefined for what a service did in a role's name without a request, and for what was no known operation
 */
export function judge(line: AuditLine, models: ModelSource): Verdict | undefined {
  const model = models.find(line.service, line.operation);
  if (!model && line.input === undefined) return undefined;
  if (!model) return { kind: 'invalid', faults: [`there is no operation ${line.operation} in AWS's model`] };
  if (line.input === undefined) return { kind: 'invalid', faults: ['the log has no input to check'] };
  if (isLeftOutWhole(line.input)) return { kind: 'unchecked', reason: 'input too long for the log' };
  const shape = model.operations[line.operation]?.input?.shape;
  const given = typeof line.input === 'object' && line.input !== null ? Object.keys(line.input) : [];
  const faults =
    shape === undefined
      ? given.map((member) => `${member}: the operation takes no input`)
      : checkShape(model, shape, line.input, { textual: isTextual(model), hidden: readLeftOut })
          .filter((violation) => !isDocumented(line, violation))
          .map(describe);
  if (faults.length === 0) return { kind: 'valid' };
  const refused = line.status >= 400 && line.status < 500 && REFUSALS.test(line.errorCode ?? '');
  return { kind: refused ? 'refused' : 'invalid', faults };
}

/** Where AWS's documentation allows more than its model: the model knows bodies of 6 MiB (SageMaker API Reference, InvokeEndpoint: 25 MB). */
const isDocumented = ({ service, operation }: AuditLine, { kind, path }: Violation): boolean =>
  service === 'sagemaker' && operation === 'InvokeEndpoint' && kind === 'length' && pathText(path) === 'Body';

const isLeftOutWhole = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && Object.keys(input).join() === 'leftOut';

/** Forms and XML carry every value as text. */
const isTextual = ({ metadata }: ServiceModel): boolean =>
  [metadata.protocol, ...(metadata.protocols ?? [])].some((protocol) => /^(?:query|rest-xml|ec2)$/.test(protocol));

/** `ProductionVariants[0].VariantName: Member must …`; items of lists and keys of maps are counted together. */
function describe({ kind, path, constraint, value }: Violation): string {
  const found = kind === 'enum' || kind === 'range' || kind === 'type' ? `, not ${JSON.stringify(value)}` : '';
  return `${pathText(path)}: ${constraint.length > 240 ? `${constraint.slice(0, 240)}…` : constraint}${found.slice(0, 80)}`;
}

const pathText = (path: Path): string =>
  path
    .map((step, at) => {
      if ('index' in step) return '[]';
      if ('key' in step) return step.of === 'key' ? '{key}' : '{}';
      return at === 0 ? step.member : `.${step.member}`;
    })
    .join('') || 'the input';
