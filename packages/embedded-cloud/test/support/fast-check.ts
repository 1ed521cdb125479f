import fc from 'fast-check';

/** The same cases in every run, so that a red build is red again; FAST_CHECK_SEED tries others. */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_260_101) });
