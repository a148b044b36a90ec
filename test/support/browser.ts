import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { programOrInstall } from './debian-package.js';

/** Nothing that a browser asks of the network by itself, and no sandbox, which root can't have. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

type ContextOptions = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>;

/** A headless Chromium with a profile of its own; `close` ends it and removes the profile. */
export async function startBrowser(
  options: ContextOptions = {},
): Promise<{ browser: BrowserContext; close: () => Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: browserBinary(),
    headless: true,
    args: FLAGS,
    ...options,
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The path of Chromium or Chrome; on Debian and as root one is installed first if there is none. */
function browserBinary(): string {
  return programOrInstall({
    what: 'Chromium to test with',
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    debianPackage: 'chromium',
    howToGetOne:
      'Install Chromium (Debian: apt-get install chromium; macOS: brew install chromium) or Google Chrome so that ' +
      'chromium, chromium-browser or google-chrome is on the PATH.',
  });
}
