/** One finding about a definition, in the form of ValidateStateMachineDefinition. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** A path into the definition: `/States/Load/Next`. Absent where the whole of it is meant. */
  readonly location?: string;
}

/** A definition that cannot run. */
export class InvalidDefinition extends Error {
  override readonly name = 'InvalidDefinition';
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code, message, location = null }) => `${code}: ${message} at ${location}`).join(', '));
    this.diagnostics = diagnostics;
  }
}

/** Gathers findings. */
export class Findings {
  readonly list: Diagnostic[] = [];
  error(location: string | undefined, message: string, code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.list.push({ severity: 'ERROR', code, message, ...(location !== undefined && { location }) });
  }
  warn(location: string, message: string, code: string): void {
    this.list.push({ severity: 'WARNING', code, message, location });
  }
}
