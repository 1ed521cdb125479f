/** A resource policy as written: `{ Version, Statement }`. */
export type PolicyDocument = Readonly<Record<string, unknown>>;
