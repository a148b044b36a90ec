import { execFileSync } from 'node:child_process';
import { programOrInstall } from './debian-package.js';

/** The path of a Redis or Valkey server; on Debian and as root one is installed first if there is none. */
export function redisBinary(): string {
  return programOrInstall({
    what: 'Redis to test with',
    programs: ['redis-server', 'valkey-server'],
    debianPackage: 'redis-server',
    howToGetOne:
      'Install Redis or Valkey (Debian: apt-get install redis-server; macOS: brew install redis) so that redis-server or ' +
      'valkey-server is on the PATH, or set TEST_REDIS_URL to a Redis that the tests may fill.',
    afterInstall: () => {
      try {
        // The package may start a server of its own, which nobody here asked for.
        execFileSync('service', ['redis-server', 'stop'], { stdio: 'ignore' });
      } catch {
        // None was started.
      }
    },
  });
}
