/** A function for Task states; nothing calls it. */
export const lambda = 'arn:aws:lambda:eu-central-1:123456789012:function:work';

/** A JSONata machine that starts with the first of its states. */
export const machine = (states: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

/** The types of a history's events, in order. */
export const types = (result: { events: readonly { type: string }[] }) => result.events.map(({ type }) => type);
