import { join } from 'node:path';
import { openJsonLines } from './jsonl.ts';

/** One request as it is kept in the audit log. */
export interface AuditLine {
  /** ISO 8601. */
  readonly time: string;
  readonly requestId: string;
  readonly caller: string;
  /** Logical id of the caller's role, where it is in the template. */
  readonly role?: string;
  readonly service: string;
  readonly operation: string;
  /** What was asked of IAM, and what it said; `not asked` after an earlier refusal. */
  readonly authorization: readonly {
    readonly action: string;
    readonly resource: string;
    readonly decision: 'allow' | 'deny' | 'not asked';
    readonly statement?: string;
  }[];
  readonly input?: unknown;
  readonly fault?: string;
  readonly status: number;
  readonly errorCode?: string;
  readonly durationMs: number;
}

export interface AuditLog {
  write(line: AuditLine): void;
  close(): void;
}

/** Longest input kept whole; a longer one is named by its size alone. */
const MAX_INPUT_CHARS = 16_384;

const shortened = (input: unknown): unknown => {
  const chars = JSON.stringify(input)?.length ?? 0;
  return chars > MAX_INPUT_CHARS ? { leftOut: `input of ${chars} characters` } : input;
};

/** Opens the audit log below a state folder: `audit/audit.jsonl`, rotated at 32 MiB, eight older files kept. */
export function openAudit(stateDir: string): AuditLog {
  const file = openJsonLines(join(stateDir, 'audit', 'audit.jsonl'), { maxBytes: 32 * 2 ** 20, keep: 8 });
  return {
    write: (line) => file.write('input' in line ? { ...line, input: shortened(line.input) } : line),
    close: () => file.close(),
  };
}
