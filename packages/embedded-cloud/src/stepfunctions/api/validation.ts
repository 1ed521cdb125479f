import { AwsError } from '../../cloud/service.ts';
import type { JsonObject } from '../asl.ts';
import { expressDiagnostics } from '../definition/express-rules.ts';
import { validateDefinition } from '../definition/validate.ts';
import { call, type Operation, optionalWord, requiredText } from './operation.ts';

/** API Reference, ValidateStateMachineDefinition: maxResults. */
const MAX_DIAGNOSTICS = 100;

function diagnosticLimit(input: JsonObject): number {
  const given = Number(input['maxResults'] ?? 0);
  if (!(Number.isInteger(given) && given >= 0 && given <= MAX_DIAGNOSTICS))
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${given}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${MAX_DIAGNOSTICS}`,
    );
  return given === 0 ? MAX_DIAGNOSTICS : given;
}

const validateStateMachineDefinition: Operation = (input) =>
  call('ValidateStateMachineDefinition', '*', () => {
    const type = optionalWord(input, 'type', ['STANDARD', 'EXPRESS']);
    const wanted = optionalWord(input, 'severity', ['ERROR', 'WARNING']);
    const all = [
      ...validateDefinition(requiredText(input, 'definition')),
      ...(type === 'EXPRESS' ? expressDiagnostics(requiredText(input, 'definition')) : []),
    ];
    const diagnostics = wanted === 'WARNING' ? all : all.filter(({ severity }) => severity === 'ERROR');
    const failed = diagnostics.some(({ severity }) => severity === 'ERROR');
    const limit = diagnosticLimit(input);
    return {
      result: failed ? 'FAIL' : 'OK',
      diagnostics: diagnostics.slice(0, limit),
      truncated: diagnostics.length > limit,
    };
  });

export const validationOperations: Readonly<Record<string, Operation>> = {
  ValidateStateMachineDefinition: validateStateMachineDefinition,
};
