/**
 * A round of the deploy machine's wait (Wait, DescribeEndpoint, Choice) is nine events of its history, and a standard execution
 * ends at 25,000 (Step Functions Developer Guide, "Service quotas"): 2,000 rounds leave room for all else.
 */
const mostPolls = 2000;

/**
 * How often and how many times an endpoint is looked at.
 *
 * @param maxWaitMinutes how long it may take to settle
 * @param pollSeconds pause wished for; stretched when the wait would take too many rounds
 */
export function planPolling(maxWaitMinutes: number, pollSeconds: number): { pollSeconds: number; maxPolls: number } {
  const total = maxWaitMinutes * 60;
  const pause = Math.max(pollSeconds, Math.ceil(total / mostPolls));
  return { pollSeconds: pause, maxPolls: Math.max(1, Math.ceil(total / pause)) };
}
