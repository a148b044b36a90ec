import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** A reporter that says of each test which passed only at its second try why the first had failed: Vitest itself does not. */
export default function secondTries(): Reporter {
  const told: string[] = [];
  return {
    onTestModuleEnd: ({ children, moduleId }: TestModule) => {
      for (const test of children.allTests()) {
        const { state, errors = [] } = test.result();
        if (state !== 'passed') continue;
        for (const { message, stacks = [] } of errors) {
          const at = stacks.find(({ file }) => file === moduleId) ?? stacks[0];
          const place = at === undefined ? '' : `\n  at ${relative(process.cwd(), at.file)}:${at.line}`;
          told.push(`${test.fullName}\n  ${message}${place}`);
        }
      }
    },
    onTestRunEnd: () => {
      if (told.length > 0) process.stdout.write(`Passed at the second try:\n\n${told.join('\n\n')}\n\n`);
    },
  };
}
