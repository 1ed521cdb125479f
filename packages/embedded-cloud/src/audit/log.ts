import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJsonLines, rotatedFiles } from '../cloud/jsonl.ts';
import { withoutLongTexts } from '../cloud/left-out.ts';
import type { Policy } from '../iam/policy.ts';
import { type HidesKeys, hideKeys } from './hidden-keys.ts';
import type { AuditLine } from './line.ts';

export type { AuditLine } from './line.ts';

/** A role at the time when requests were checked against it. */
export interface AuditedRole {
  readonly logicalId: string;
  readonly arn: string;
  readonly policies: readonly Policy[];
}

export interface AuditLog {
  write(line: AuditLine): void;
  /** Writes down the roles of the template beside the log. */
  describeRoles(roles: readonly AuditedRole[]): void;
  close(): void;
}

const ROLES_FILE = 'roles.json';

/** Longest input kept whole; in a longer one the long texts are left out; of one that is still longer only the size is logged. */
const MAX_INPUT_CHARS = 16_384;

const shortened = (input: unknown): unknown => {
  const chars = JSON.stringify(input)?.length ?? 0;
  if (chars <= MAX_INPUT_CHARS) return input;
  const shorter = withoutLongTexts(input);
  return JSON.stringify(shorter).length > MAX_INPUT_CHARS ? { leftOut: `input of ${chars} characters` } : shorter;
};

/** Folder of the audit log below a state folder. */
export const auditFolder = (stateDir: string): string => join(stateDir, 'audit');

/**
 * Opens the audit log in each of the folders: `audit.jsonl`, rotated at 32 MiB, eight older files kept; beside it
 * `roles.json`, the policies that requests are checked against.
 */
export function openAudit(folders: readonly string[], hidesKeys: HidesKeys = () => false): AuditLog {
  const files = folders.map((folder) =>
    openJsonLines(join(folder, 'audit.jsonl'), { maxBytes: 32 * 2 ** 20, keep: 8 }),
  );
  return {
    write(whole) {
      const line = hideKeys(whole, hidesKeys);
      const kept = 'input' in line ? { ...line, input: shortened(line.input) } : line;
      for (const file of files) file.write(kept);
    },
    describeRoles(roles) {
      for (const folder of folders) writeFileSync(join(folder, ROLES_FILE), `${JSON.stringify(roles, null, 2)}\n`);
    },
    close() {
      for (const file of files) file.close();
    },
  };
}

/** The lines of an audit log. */
export interface RecordedAudit {
  /** The roles of the template, with everything that may allow or deny them something. */
  readonly roles: readonly AuditedRole[];
  /** Reads the lines, oldest first; one cut off by a crash is passed over. */
  lines(): Generator<AuditLine>;
}

/**
 * Reads the audit log of one embedded cloud, rotated files included.
 * @throws Error when the folder holds no audit log
 */
export function readAudit(folder: string): RecordedAudit {
  const rolesFile = join(folder, ROLES_FILE);
  if (!existsSync(rolesFile)) throw new Error(`${folder} holds no audit log: it has no ${ROLES_FILE}.`);
  return {
    roles: JSON.parse(readFileSync(rolesFile, 'utf8')) as AuditedRole[],
    *lines() {
      for (const file of rotatedFiles(join(folder, 'audit.jsonl'))) yield* auditLines(file);
    },
  };
}

/** Reads the lines of one file of an audit log; one that a crash cut off is passed over. */
export function* auditLines(file: string): Generator<AuditLine> {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const read = line === '' ? undefined : parsed(line);
    if (read) yield read;
  }
}

function parsed(line: string): AuditLine | undefined {
  try {
    return JSON.parse(line) as AuditLine;
  } catch {
    return undefined;
  }
}
