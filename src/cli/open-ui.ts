import type { Ui } from '../ui/serve-ui.js';

/** With --ui: the page, before anything is sent, so that a port that is taken is told at once. @throws UsageError */
export async function openUi(port: number | undefined): Promise<Ui | undefined> {
  if (port === undefined) return undefined;
  // Loaded only by who asks for it.
  const { serveUi } = await import('../ui/serve-ui.js');
  return serveUi(port);
}
