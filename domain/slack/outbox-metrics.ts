/** The metrics of messages that wait for Slack. `send-waiting` publishes them at each look while any waits. */
export const outboxMetrics = {
  namespace: 'Tidegate',
  service: 'slack',
  waiting: 'MessagesWaiting',
  age: 'OldestMessageSeconds',
  givenUp: 'MessagesGivenUp',
} as const;
