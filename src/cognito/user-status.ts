/** UserStatusType of the service, as the SDK lists it. */
export const USER_STATUSES = [
  'UNKNOWN',
  'UNCONFIRMED',
  'CONFIRMED',
  'ARCHIVED',
  'COMPROMISED',
  'RESET_REQUIRED',
  'FORCE_CHANGE_PASSWORD',
  'EXTERNAL_PROVIDER',
] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** One that may come some day is UNKNOWN. */
export function userStatus(text: string | undefined): UserStatus {
  return USER_STATUSES.find((status) => status === text) ?? 'UNKNOWN';
}
