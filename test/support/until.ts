/** Longer than anything here takes; who reaches it hangs. */
const PATIENCE_MS = 60_000;

/** Waits until it is so. Throws where that takes unreasonably long. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error("what was waited for never came to be");
    await Bun.sleep(5);
  }
}
