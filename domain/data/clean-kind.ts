import type { ColumnProfile } from '#schemas/records/profile';

/** The types of columns that can be model inputs: DOUBLE, VARCHAR, BOOLEAN and TIMESTAMP (UTC) in the clean rows. */
export type FeatureType = ColumnProfile['kind'];

/** How a clean column is stored: as one of these, or as VARCHAR that is no model input. */
export type CleanKind = FeatureType | 'text';
