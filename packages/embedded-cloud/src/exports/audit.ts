/** `embedded-cloud/audit`: the audit log, and what it shows of the roles of a template. */
export { type AuditLine, auditFolder, auditLines, readAudit } from '#src/cloud/audit';
export { type RoleUsage, summarizeUsage } from '#src/iam/usage';
export { wideGrants } from '#src/iam/wildcard-resources';
