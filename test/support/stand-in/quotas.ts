import type { NeighbourOptions, Operation, QuotaCategory, QuotaOptions } from './options.js';
import { createQuota, type Quota } from './quota.js';

// COGNITO.md section 4; AdminEnableUser and InitiateAuth are in DG/quotas.html beside them.
const CATEGORIES: Record<Operation, QuotaCategory> = {
  AdminSetUserPassword: 'UserAccountRecovery',
  AdminUserGlobalSignOut: 'UserUpdate',
  AdminDisableUser: 'UserUpdate',
  AdminEnableUser: 'UserUpdate',
  ListUsers: 'UserList',
  AdminGetUser: 'UserRead',
  DescribeUserPool: 'UserPoolRead',
  InitiateAuth: 'UserAuthentication',
};

/** The quotas of the account, by category; a category without one lets everything through. */
export interface Quotas {
  take(operation: Operation, at: number): boolean;
  /** Replaces the category's quota, which starts unused and without a neighbour. */
  set(category: QuotaCategory, options: QuotaOptions | null): void;
  /** Throws when the category has no quota. */
  setNeighbour(category: QuotaCategory, neighbour: NeighbourOptions | null, at: number): void;
}

export function createQuotas(options: Partial<Record<QuotaCategory, QuotaOptions>>): Quotas {
  const quotas = new Map<string, Quota>();
  for (const [category, quota] of Object.entries(options)) quotas.set(category, createQuota(quota));
  return {
    take: (operation, at) => quotas.get(CATEGORIES[operation])?.take(at) ?? true,
    set: (category, options) => {
      if (options === null) quotas.delete(category);
      else quotas.set(category, createQuota(options));
    },
    setNeighbour: (category, neighbour, at) => {
      const quota = quotas.get(category);
      if (quota === undefined) throw new Error(`${category} has no quota that a neighbour could use`);
      quota.setNeighbour(neighbour ?? undefined, at);
    },
  };
}
