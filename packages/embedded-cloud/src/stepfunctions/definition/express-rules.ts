import { isObject } from '../asl.ts';
import type { Diagnostic } from './diagnostics.ts';

/** What only a STANDARD machine may call (Developer Guide, "Choosing workflow type": integration patterns). */
const STANDARD_ONLY = /\.(?:sync(?::2)?|waitForTaskToken)$/;

/** The Tasks of a definition that an EXPRESS machine cannot have, with AWS's message. */
export function expressDiagnostics(definition: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (group: unknown, at: string): void => {
    if (!isObject(group) || !isObject(group['States'])) return;
    for (const [name, state] of Object.entries(group['States'])) {
      if (!isObject(state)) continue;
      const location = `${at}/States/${name}`;
      const [pattern] = STANDARD_ONLY.exec(String(state['Resource'] ?? '')) ?? [];
      if (pattern !== undefined) {
        found.push({
          severity: 'ERROR',
          code: 'SCHEMA_VALIDATION_FAILED',
          message: `Express state machine does not support '${pattern}' service integration `,
          location: `${location}/Resource`,
        });
      }
      visit(state['ItemProcessor'], `${location}/ItemProcessor`);
      const branches = Array.isArray(state['Branches']) ? state['Branches'] : [];
      for (const [index, branch] of branches.entries()) visit(branch, `${location}/Branches[${index}]`);
    }
  };
  try {
    visit(JSON.parse(definition), '');
  } catch {
    // What is no JSON is reported by the other rules.
  }
  return found;
}
