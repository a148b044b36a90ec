/**
 * Lets something be shown alone, while what is shown all the time stands aside. A warning may come while a question is open:
 * only when nothing is shown alone any more, that goes on.
 */
export function createApart(standAside: () => void, goOn: () => void) {
  let apart = 0;
  return async <T>(show: () => Promise<T>): Promise<T> => {
    apart += 1;
    standAside();
    try {
      return await show();
    } finally {
      apart -= 1;
      if (apart === 0) goOn();
    }
  };
}
