import { type Controls, createControls } from './controls.js';
import { exchange, type Shared } from './exchange.js';
import { createFaults } from './faults.js';
import { createLedger } from './ledger.js';
import { listen } from './listener.js';
import type { StandInOptions } from './options.js';
import { createQuotas } from './quotas.js';
import { createService } from './service.js';

/** A stand-in for Cognito's wire protocol in this process. */
export interface StandIn extends Controls {
  /** The endpoint, `http://127.0.0.1:port`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Starts a stand-in that listens on 127.0.0.1. Whoever starts it closes it. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const shared: Shared = {
    service: createService(options.pools, options.keepPasswords ?? false),
    keepPasswords: options.keepPasswords ?? false,
    sent: new Set(),
    ledger: createLedger(),
    quotas: createQuotas(options.quotas ?? {}),
    mishapOf: createFaults(options.faults ?? []),
    inFlight: 0,
    maxInFlight: 0,
  };
  const listener = await listen(
    (message, response) => exchange(shared, message, response, performance.now()),
    options.port ?? 0,
  );
  return {
    ...createControls(shared, listener),
    url: listener.url,
    port: listener.port,
    close: listener.goDown,
  };
}
