/** `embedded-cloud/audit`: the audit log, and what it shows of the roles of a template. */
export { type AuditLine, auditFolder, auditLines, readAudit } from '#src/audit/log';
export { type RoleUsage, summarizeUsage } from '#src/audit/usage';
export { wideGrants } from '#src/audit/wildcard-resources';
