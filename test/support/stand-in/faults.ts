import { seededRandom } from '../seeded-random.js';
import type { Fault, FaultAction, Operation } from './options.js';

/** What a fault looks at. */
export interface FaultyCall {
  operation: Operation;
  username: string | undefined;
  accessKeyId: string | undefined;
}

/** What happens to one call: it waits, and then something goes wrong or nothing does. */
export interface Mishap {
  delayMs: number;
  action: Exclude<FaultAction, { kind: 'latency' }> | undefined;
}

const NO_MISHAP: Mishap = { delayMs: 0, action: undefined };

/** Decides, call by call and in the order given: latencies add up, the first other fault that matches wins. */
export function createFaults(faults: readonly Fault[]): (call: FaultyCall) => Mishap {
  const strikers = faults.map((fault) => ({ action: fault.action, strikes: strikerOf(fault) }));
  if (strikers.length === 0) return () => NO_MISHAP;
  return (call) => {
    let delayMs = 0;
    for (const { action, strikes } of strikers) {
      if (!strikes(call)) continue;
      if (action.kind !== 'latency') return { delayMs, action };
      delayMs += action.ms;
    }
    return { delayMs, action: undefined };
  };
}

function strikerOf(fault: Fault): (call: FaultyCall) => boolean {
  const operation = fault.operation ?? 'AdminSetUserPassword';
  const random = seededRandom(fault.seed ?? 1);
  let seen = 0;
  let left = fault.times ?? Number.POSITIVE_INFINITY;
  return (call) => {
    if (operation !== '*' && call.operation !== operation) return false;
    if (fault.username !== undefined && call.username !== fault.username) return false;
    if (fault.accessKeyId !== undefined && call.accessKeyId !== fault.accessKeyId) return false;
    seen += 1;
    if (fault.everyNth !== undefined && seen % fault.everyNth !== 0) return false;
    if (fault.first !== undefined && seen > fault.first) return false;
    if (fault.probability !== undefined && random() >= fault.probability) return false;
    if (left === 0) return false;
    left -= 1;
    return true;
  };
}
