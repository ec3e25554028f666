/** Tells the milliseconds since it was started: by the clock or by the processor, whichever is less, for others wait for neither. */
export function startStopwatch(): () => number {
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  return () => {
    const used = process.cpuUsage(usedBefore);
    return Math.min(performance.now() - startedAt, (used.user + used.system) / 1_000);
  };
}
