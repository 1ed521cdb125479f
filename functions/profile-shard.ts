import { artifactStore } from '#functions/aws/buckets';
import { cleanFileStore } from '#functions/aws/file-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { profileShard } from '#functions/use-cases/profile-shard';
import { profileShardSchema } from '#schemas/events/shard';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET']);
const memoryMb = functionMemoryMb();

/** Profiles one shard by side, and samples its rows: what fitting needs of it. */
export const handler = withMiddleware(profileShardSchema, (event) =>
  profileShard({ clean: cleanFileStore(config), artifacts: artifactStore(config), memoryMb }, event),
);
