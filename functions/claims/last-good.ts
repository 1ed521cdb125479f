/** The sort key of the last run of a pipeline that registered a model: the next drop is compared with its data. */
export const lastGoodKey = 'last-good';
