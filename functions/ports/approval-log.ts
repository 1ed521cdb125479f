import type { ApprovalEntry } from '#schemas/records/approval';

/** The record of every request and decision. It can be added to, and nothing else. */
export interface ApprovalLog {
  /** Adds an entry. The same entry again, by its pipeline, time and id, changes nothing. */
  append(pipeline: string, id: string, entry: ApprovalEntry): Promise<void>;
}
