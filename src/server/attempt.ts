/** The result of an access to the disk; `undefined` where the system refuses it. Other errors are thrown. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
