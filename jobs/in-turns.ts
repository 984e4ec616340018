/**
 * Gathers what is to be done in one turn of the event loop and does it inside one call of `together`: one commit to the
 * disk for many. What throws rejects alone; where `together` itself fails, all that it gathered rejects.
 */
export function inTurns(together: (body: () => void) => void): <T>(task: () => T) => Promise<T> {
  let gathered: { run: () => void; settle: (failure: unknown) => void }[] = [];

  function turn(): void {
    const tasks = gathered;
    gathered = [];
    try {
      together(() => {
        for (const { run } of tasks) run();
      });
      for (const { settle } of tasks) settle(null);
    } catch (failure) {
      for (const { settle } of tasks) settle(failure);
    }
  }

  return (task) =>
    new Promise((resolve, reject) => {
      let answer: () => void = () => {};
      const run = () => {
        try {
          const value = task();
          answer = () => resolve(value);
        } catch (error) {
          answer = () => reject(error);
        }
      };
      const settle = (failure: unknown) => (failure === null ? answer() : reject(failure));
      if (gathered.push({ run, settle }) === 1) setImmediate(turn);
    });
}
