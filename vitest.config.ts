import { defineConfig } from 'vitest/config';

/** What looks at single calls a second needs the machine to itself: other tests would delay calls into one another. */
const PACED = ['test/rate/pacer.test.ts', 'test/rate/sliding-second.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/redis-global-setup.ts', 'test/support/embedded-global-setup.ts'],
    // A shared machine may take the processor away for seconds; what fails twice is broken, and what failed once is told.
    retry: 1,
    reporters: ['default', './test/support/second-tries.ts'],
    testTimeout: 240_000,
    // How long a condition is waited for, in ms; vitest's second is short for a program that starts on a busy machine.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: PACED,
          // Each file starts processes: three at once leave two cores idle for less than a tenth of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'paced', include: PACED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
